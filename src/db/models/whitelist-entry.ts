import {
  type CreationOptional,
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  Model,
  type Sequelize,
} from "sequelize";
import type { Columns, RowOf } from "./columns.js";

export type WhitelistEntryRow = RowOf<typeof defineWhitelistEntry>;

/** Phone numbers that may have an account. */
export function defineWhitelistEntry(sequelize: Sequelize) {
  class WhitelistEntry extends Model<
    InferAttributes<WhitelistEntry>,
    InferCreationAttributes<WhitelistEntry>
  > {
    declare id: CreationOptional<number>;
    declare phone: string;
    /** Id of an account that may be gone; null for the command line. */
    declare added_by: number | null;
    declare added_at: Date;
    declare notes: CreationOptional<string>;
    declare is_active: CreationOptional<boolean>;
  }
  const columns: Columns<WhitelistEntry> = {
    id: { type: DataTypes.INTEGER, allowNull: false, primaryKey: true, autoIncrement: true },
    phone: { type: DataTypes.STRING(16), allowNull: false },
    added_by: { type: DataTypes.INTEGER, allowNull: true },
    added_at: { type: DataTypes.DATE, allowNull: false },
    notes: { type: DataTypes.TEXT, allowNull: false, defaultValue: "" },
    is_active: { type: DataTypes.BOOLEAN, allowNull: false, defaultValue: true },
  };
  return WhitelistEntry.init(columns, { sequelize, tableName: "whitelist_entries", timestamps: false });
}
