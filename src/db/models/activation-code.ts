import {
  type CreationOptional,
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  Model,
  type Sequelize,
} from "sequelize";
import type { Columns, RowOf } from "./columns.js";

export type ActivationCodeRow = RowOf<typeof defineActivationCode>;

/** Activation codes, one row for each that was sent. */
export function defineActivationCode(sequelize: Sequelize) {
  class ActivationCode extends Model<
    InferAttributes<ActivationCode>,
    InferCreationAttributes<ActivationCode>
  > {
    declare id: string;
    declare registration_id: string;
    declare code_digest: Buffer;
    /** Order of issue: a bigint, which the driver returns as text. */
    declare number: CreationOptional<string>;
    declare expires_at: Date;
    declare former_user_id: number | null;
  }
  const columns: Columns<ActivationCode> = {
    id: { type: DataTypes.UUID, allowNull: false, primaryKey: true },
    registration_id: { type: DataTypes.UUID, allowNull: false },
    code_digest: { type: DataTypes.BLOB, allowNull: false },
    number: { type: DataTypes.BIGINT, allowNull: false, autoIncrement: true },
    expires_at: { type: DataTypes.DATE, allowNull: false },
    former_user_id: { type: DataTypes.INTEGER, allowNull: true },
  };
  return ActivationCode.init(columns, { sequelize, tableName: "activation_codes", timestamps: false });
}
