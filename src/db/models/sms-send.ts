import {
  type CreationOptional,
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  Model,
  type Sequelize,
} from "sequelize";
import type { Columns, RowOf } from "./columns.js";

export type SmsSendRow = RowOf<typeof defineSmsSend>;

/** Codes that left for a phone number: what the sending quotas count. */
export function defineSmsSend(sequelize: Sequelize) {
  class SmsSend extends Model<InferAttributes<SmsSend>, InferCreationAttributes<SmsSend>> {
    declare id: string;
    declare phone: string;
    declare purpose: string;
    declare sent_at: Date;
    declare delivery: CreationOptional<string>;
    declare network: CreationOptional<string>;
  }
  const columns: Columns<SmsSend> = {
    id: { type: DataTypes.UUID, allowNull: false, primaryKey: true },
    phone: { type: DataTypes.STRING(16), allowNull: false },
    purpose: { type: DataTypes.STRING(32), allowNull: false },
    sent_at: { type: DataTypes.DATE, allowNull: false },
    delivery: { type: DataTypes.STRING(16), allowNull: false, defaultValue: "accepted" },
    network: { type: DataTypes.STRING(64), allowNull: false, defaultValue: "" },
  };
  return SmsSend.init(columns, { sequelize, tableName: "sms_sends", timestamps: false });
}
