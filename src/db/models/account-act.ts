import {
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  Model,
  type Sequelize,
} from "sequelize";
import type { Columns, RowOf } from "./columns.js";

export type AccountActRow = RowOf<typeof defineAccountAct>;

/** Acts on accounts. Only `audit/` writes them, and never changes one. */
export function defineAccountAct(sequelize: Sequelize) {
  class AccountAct extends Model<InferAttributes<AccountAct>, InferCreationAttributes<AccountAct>> {
    /** An account that may be gone. */
    declare account_id: number;
    /** Counts the acts on the account from 1, without gaps. */
    declare number: number;
    /** Whole milliseconds. */
    declare at: Date;
    declare action: string;
    declare actor_kind: string;
    declare actor_id: number | null;
    declare session_id: string | null;
    declare session_count: number | null;
    declare fields: string[];
    declare before_digest: Buffer | null;
    declare after_digest: Buffer | null;
    declare reason_digest: Buffer | null;
    declare key_id: string;
    declare mac: Buffer;
  }
  const columns: Columns<AccountAct> = {
    account_id: { type: DataTypes.INTEGER, allowNull: false, primaryKey: true },
    number: { type: DataTypes.INTEGER, allowNull: false, primaryKey: true },
    at: { type: DataTypes.DATE, allowNull: false },
    action: { type: DataTypes.STRING(32), allowNull: false },
    actor_kind: { type: DataTypes.STRING(16), allowNull: false },
    actor_id: { type: DataTypes.INTEGER, allowNull: true },
    session_id: { type: DataTypes.UUID, allowNull: true },
    session_count: { type: DataTypes.INTEGER, allowNull: true },
    fields: { type: DataTypes.ARRAY(DataTypes.TEXT), allowNull: false },
    before_digest: { type: DataTypes.BLOB, allowNull: true },
    after_digest: { type: DataTypes.BLOB, allowNull: true },
    reason_digest: { type: DataTypes.BLOB, allowNull: true },
    key_id: { type: DataTypes.STRING(16), allowNull: false },
    mac: { type: DataTypes.BLOB, allowNull: false },
  };
  return AccountAct.init(columns, { sequelize, tableName: "account_history", timestamps: false });
}
