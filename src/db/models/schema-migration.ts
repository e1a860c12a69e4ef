import {
  type CreationOptional,
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  literal,
  Model,
  type Sequelize,
} from "sequelize";
import type { Columns } from "./columns.js";

/** Migrations that were applied, by file name without extension. */
export function defineSchemaMigration(sequelize: Sequelize) {
  class SchemaMigration extends Model<
    InferAttributes<SchemaMigration>,
    InferCreationAttributes<SchemaMigration>
  > {
    declare name: string;
    declare applied_at: CreationOptional<Date>;
  }
  const columns: Columns<SchemaMigration> = {
    name: { type: DataTypes.TEXT, allowNull: false, primaryKey: true },
    applied_at: { type: DataTypes.DATE, allowNull: false, defaultValue: literal("now()") },
  };
  return SchemaMigration.init(columns, { sequelize, tableName: "schema_migrations", timestamps: false });
}
