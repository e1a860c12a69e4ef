import {
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  Model,
  type Sequelize,
} from "sequelize";
import type { Columns, RowOf } from "./columns.js";

export type SigningKeyRow = RowOf<typeof defineSigningKey>;

/** The keys that sign access tokens, with encrypted private halves. */
export function defineSigningKey(sequelize: Sequelize) {
  class SigningKey extends Model<InferAttributes<SigningKey>, InferCreationAttributes<SigningKey>> {
    declare kid: string;
    declare algorithm: string;
    declare sealed_key: Buffer;
    declare created_at: Date;
    declare signs_from: Date;
    declare signing_since: Date | null;
    declare retired_at: Date | null;
    declare expires_at: Date | null;
    declare token_seconds: number;
    declare revoked_at: Date | null;
    declare revoked_reason: string | null;
  }
  const columns: Columns<SigningKey> = {
    kid: { type: DataTypes.STRING(43), allowNull: false, primaryKey: true },
    algorithm: { type: DataTypes.STRING(8), allowNull: false },
    sealed_key: { type: DataTypes.BLOB, allowNull: false },
    created_at: { type: DataTypes.DATE, allowNull: false },
    signs_from: { type: DataTypes.DATE, allowNull: false },
    signing_since: { type: DataTypes.DATE, allowNull: true },
    retired_at: { type: DataTypes.DATE, allowNull: true },
    expires_at: { type: DataTypes.DATE, allowNull: true },
    token_seconds: { type: DataTypes.INTEGER, allowNull: false },
    revoked_at: { type: DataTypes.DATE, allowNull: true },
    revoked_reason: { type: DataTypes.TEXT, allowNull: true },
  };
  return SigningKey.init(columns, { sequelize, tableName: "signing_keys", timestamps: false });
}
