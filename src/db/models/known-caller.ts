import {
  type CreationOptional,
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  Model,
  type Sequelize,
} from "sequelize";
import type { Columns, RowOf } from "./columns.js";

export type KnownCallerRow = RowOf<typeof defineKnownCaller>;

/** Callers who have shown that they belong to an account, each with its wrong passwords of the last 24 hours. */
export function defineKnownCaller(sequelize: Sequelize) {
  class KnownCaller extends Model<InferAttributes<KnownCaller>, InferCreationAttributes<KnownCaller>> {
    declare user_id: number;
    declare caller: string;
    declare expires_at: Date;
    declare wrong_at: CreationOptional<Date[]>;
  }
  const columns: Columns<KnownCaller> = {
    user_id: { type: DataTypes.INTEGER, allowNull: false, primaryKey: true },
    caller: { type: DataTypes.STRING(64), allowNull: false, primaryKey: true },
    expires_at: { type: DataTypes.DATE, allowNull: false },
    wrong_at: { type: DataTypes.ARRAY(DataTypes.DATE), allowNull: false, defaultValue: [] },
  };
  return KnownCaller.init(columns, { sequelize, tableName: "known_callers", timestamps: false });
}
