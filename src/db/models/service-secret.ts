import {
  type CreationOptional,
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  literal,
  Model,
  type Sequelize,
} from "sequelize";
import type { Columns, RowOf } from "./columns.js";

export type ServiceSecretRow = RowOf<typeof defineServiceSecret>;

/** The live secrets of internal services. */
export function defineServiceSecret(sequelize: Sequelize) {
  class ServiceSecret extends Model<InferAttributes<ServiceSecret>, InferCreationAttributes<ServiceSecret>> {
    declare digest: Buffer;
    declare service: string;
    declare created_at: CreationOptional<Date>;
    declare last_used_at: Date | null;
  }
  const columns: Columns<ServiceSecret> = {
    digest: { type: DataTypes.BLOB, allowNull: false, primaryKey: true },
    service: { type: DataTypes.STRING(63), allowNull: false },
    created_at: { type: DataTypes.DATE, allowNull: false, defaultValue: literal("clock_timestamp()") },
    last_used_at: { type: DataTypes.DATE, allowNull: true },
  };
  return ServiceSecret.init(columns, { sequelize, tableName: "service_secrets", timestamps: false });
}
