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

export type ServiceRow = RowOf<typeof defineService>;

/** Internal services, which call for themselves. */
export function defineService(sequelize: Sequelize) {
  class Service extends Model<InferAttributes<Service>, InferCreationAttributes<Service>> {
    declare name: string;
    declare scopes: string[];
    declare public_keys: object[] | null;
    declare grant_id: CreationOptional<string>;
    declare created_at: CreationOptional<Date>;
    declare disabled_at: Date | null;
  }
  const columns: Columns<Service> = {
    name: { type: DataTypes.STRING(63), allowNull: false, primaryKey: true },
    scopes: { type: DataTypes.ARRAY(DataTypes.STRING(63)), allowNull: false },
    public_keys: { type: DataTypes.JSONB, allowNull: true },
    grant_id: { type: DataTypes.UUID, allowNull: false, defaultValue: literal("gen_random_uuid()") },
    created_at: { type: DataTypes.DATE, allowNull: false, defaultValue: literal("clock_timestamp()") },
    disabled_at: { type: DataTypes.DATE, allowNull: true },
  };
  return Service.init(columns, { sequelize, tableName: "services", timestamps: false });
}
