import {
  type CreationOptional,
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  Model,
  type Sequelize,
} from "sequelize";
import type { Columns, RowOf } from "./columns.js";

export type ActivationAttemptsRow = RowOf<typeof defineActivationAttempts>;

/** The attempts at activation codes of each number in the last 24 hours. */
export function defineActivationAttempts(sequelize: Sequelize) {
  class ActivationAttempts extends Model<
    InferAttributes<ActivationAttempts>,
    InferCreationAttributes<ActivationAttempts>
  > {
    declare phone: string;
    declare named_at: CreationOptional<Date[]>;
    declare other_at: CreationOptional<Date[]>;
    declare last_at: Date;
  }
  const columns: Columns<ActivationAttempts> = {
    phone: { type: DataTypes.STRING(16), allowNull: false, primaryKey: true },
    named_at: { type: DataTypes.ARRAY(DataTypes.DATE), allowNull: false, defaultValue: [] },
    other_at: { type: DataTypes.ARRAY(DataTypes.DATE), allowNull: false, defaultValue: [] },
    last_at: { type: DataTypes.DATE, allowNull: false },
  };
  return ActivationAttempts.init(columns, { sequelize, tableName: "activation_attempts", timestamps: false });
}
