import {
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  Model,
  type Sequelize,
} from "sequelize";
import type { Columns, RowOf } from "./columns.js";

export type AccountHistoryHeadRow = RowOf<typeof defineAccountHistoryHead>;

/** The end of each account's history. */
export function defineAccountHistoryHead(sequelize: Sequelize) {
  class AccountHistoryHead extends Model<
    InferAttributes<AccountHistoryHead>,
    InferCreationAttributes<AccountHistoryHead>
  > {
    declare account_id: number;
    /** Number and MAC of the last act. */
    declare number: number;
    declare mac: Buffer;
    declare seal: Buffer;
  }
  const columns: Columns<AccountHistoryHead> = {
    account_id: { type: DataTypes.INTEGER, allowNull: false, primaryKey: true },
    number: { type: DataTypes.INTEGER, allowNull: false },
    mac: { type: DataTypes.BLOB, allowNull: false },
    seal: { type: DataTypes.BLOB, allowNull: false },
  };
  return AccountHistoryHead.init(columns, {
    sequelize,
    tableName: "account_history_heads",
    timestamps: false,
  });
}
