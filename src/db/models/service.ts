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
    declare generation: CreationOptional<number>;
    declare created_at: CreationOptional<Date>;
    declare disabled_at: Date | null;
  }
  const columns: Columns<Service> = {
    name: { type: DataTypes.STRING(63), allowNull: false, primaryKey: true },
    scopes: { type: DataTypes.ARRAY(DataTypes.STRING(63)), allowNull: false },
    public_keys: { type: DataTypes.JSONB, allowNull: true },
    generation: { type: DataTypes.INTEGER, allowNull: false, defaultValue: 0 },
    created_at: { type: DataTypes.DATE, allowNull: false, defaultValue: literal("clock_timestamp()") },
    disabled_at: { type: DataTypes.DATE, allowNull: true },
  };
  return Service.init(columns, { sequelize, tableName: "services", timestamps: false });
}
