import {
  type CreationOptional,
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  Model,
  type Sequelize,
} from "sequelize";
import type { Columns, RowOf } from "./columns.js";

export type PhoneChangeRow = RowOf<typeof definePhoneChange>;

/** The links that stop or undo a phone change, one row for each that was sent. */
export function definePhoneChange(sequelize: Sequelize) {
  class PhoneChange extends Model<InferAttributes<PhoneChange>, InferCreationAttributes<PhoneChange>> {
    declare id: string;
    declare user_id: number;
    declare old_phone: string;
    declare token_digest: Buffer;
    declare created_at: Date;
    /** True: sent because the change was asked for; false: because it was done. */
    declare is_request: boolean;
    /** False: the request no longer counts towards those that the account may make in 24 hours. */
    declare is_counted: CreationOptional<boolean>;
    /** When the change was done; null: it has not been done. */
    declare confirmed_at: Date | null;
    /** Until when it can be undone. */
    declare undo_until: Date | null;
    /** When a link stopped or undid it; null: it still may. */
    declare ended_at: Date | null;
  }
  const columns: Columns<PhoneChange> = {
    id: { type: DataTypes.UUID, allowNull: false, primaryKey: true },
    user_id: { type: DataTypes.INTEGER, allowNull: false },
    old_phone: { type: DataTypes.STRING(16), allowNull: false },
    token_digest: { type: DataTypes.BLOB, allowNull: false },
    created_at: { type: DataTypes.DATE, allowNull: false },
    is_request: { type: DataTypes.BOOLEAN, allowNull: false },
    is_counted: { type: DataTypes.BOOLEAN, allowNull: false, defaultValue: true },
    confirmed_at: { type: DataTypes.DATE, allowNull: true },
    undo_until: { type: DataTypes.DATE, allowNull: true },
    ended_at: { type: DataTypes.DATE, allowNull: true },
  };
  return PhoneChange.init(columns, { sequelize, tableName: "phone_changes", timestamps: false });
}
