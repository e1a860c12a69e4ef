import {
  type CreationOptional,
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  Model,
  type Sequelize,
} from "sequelize";
import type { Columns, RowOf } from "./columns.js";

export type WhitelistChangeRow = RowOf<typeof defineWhitelistChange>;

/** Changes of a phone number's whitelist entry. The whitelist's own statements write them. */
export function defineWhitelistChange(sequelize: Sequelize) {
  class WhitelistChange extends Model<
    InferAttributes<WhitelistChange>,
    InferCreationAttributes<WhitelistChange>
  > {
    /** A bigint, which the driver returns as text. */
    declare id: CreationOptional<string>;
    declare phone: string;
    declare action: string;
    /** The actor's id, phone and name at that time; all null for the command line. */
    declare actor_id: number | null;
    declare actor_phone: string | null;
    declare actor_name: string | null;
    /** Shared by all changes of one import; null for a single change. */
    declare import_id: string | null;
    declare happened_at: Date;
    /** The entry before the change; null when it did not exist. */
    declare was_active: boolean | null;
    declare notes_before: string | null;
    /** The entry after the change; null when it no longer exists. */
    declare is_active: boolean | null;
    declare notes_after: string | null;
  }
  const columns: Columns<WhitelistChange> = {
    id: { type: DataTypes.BIGINT, allowNull: false, primaryKey: true, autoIncrement: true },
    phone: { type: DataTypes.STRING(16), allowNull: false, primaryKey: true },
    action: { type: DataTypes.STRING(32), allowNull: false },
    actor_id: { type: DataTypes.INTEGER, allowNull: true },
    actor_phone: { type: DataTypes.STRING(16), allowNull: true },
    actor_name: { type: DataTypes.STRING(301), allowNull: true },
    import_id: { type: DataTypes.UUID, allowNull: true },
    happened_at: { type: DataTypes.DATE, allowNull: false },
    was_active: { type: DataTypes.BOOLEAN, allowNull: true },
    notes_before: { type: DataTypes.TEXT, allowNull: true },
    is_active: { type: DataTypes.BOOLEAN, allowNull: true },
    notes_after: { type: DataTypes.TEXT, allowNull: true },
  };
  return WhitelistChange.init(columns, { sequelize, tableName: "whitelist_history", timestamps: false });
}
