import {
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  Model,
  type Sequelize,
} from "sequelize";
import type { Columns } from "./columns.js";

/** The client assertions that were used. */
export function defineServiceAssertion(sequelize: Sequelize) {
  class ServiceAssertion extends Model<
    InferAttributes<ServiceAssertion>,
    InferCreationAttributes<ServiceAssertion>
  > {
    declare digest: Buffer;
    declare expires_at: Date;
  }
  const columns: Columns<ServiceAssertion> = {
    digest: { type: DataTypes.BLOB, allowNull: false, primaryKey: true },
    expires_at: { type: DataTypes.DATE, allowNull: false },
  };
  return ServiceAssertion.init(columns, { sequelize, tableName: "service_assertions", timestamps: false });
}
