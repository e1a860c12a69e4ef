import {
  type CreationOptional,
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  Model,
  type Sequelize,
} from "sequelize";
import type { Columns, RowOf } from "./columns.js";

export type CodeRow = RowOf<typeof defineCode>;

/** One-time codes, one row for each that was sent. */
export function defineCode(sequelize: Sequelize) {
  class Code extends Model<InferAttributes<Code>, InferCreationAttributes<Code>> {
    declare id: string;
    declare user_id: number;
    declare purpose: string;
    declare code_digest: Buffer;
    /** Null: the code has no link. */
    declare token_digest: Buffer | null;
    declare phone: string;
    declare attempts: CreationOptional<number>;
    /** Order of issue: a bigint, which the driver returns as text. */
    declare number: CreationOptional<string>;
    declare issued_at: Date;
    declare expires_at: Date;
    /** The first code of the series; null: this one. */
    declare series: string | null;
  }
  const columns: Columns<Code> = {
    id: { type: DataTypes.UUID, allowNull: false, primaryKey: true },
    user_id: { type: DataTypes.INTEGER, allowNull: false },
    purpose: { type: DataTypes.STRING(32), allowNull: false },
    code_digest: { type: DataTypes.BLOB, allowNull: false },
    token_digest: { type: DataTypes.BLOB, allowNull: true },
    phone: { type: DataTypes.STRING(16), allowNull: false },
    attempts: { type: DataTypes.SMALLINT, allowNull: false, defaultValue: 0 },
    number: { type: DataTypes.BIGINT, allowNull: false, autoIncrement: true },
    issued_at: { type: DataTypes.DATE, allowNull: false },
    expires_at: { type: DataTypes.DATE, allowNull: false },
    series: { type: DataTypes.UUID, allowNull: true },
  };
  return Code.init(columns, { sequelize, tableName: "codes", timestamps: false });
}
