import {
  type CreationOptional,
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  Model,
  type Sequelize,
} from "sequelize";
import type { Columns } from "./columns.js";

/** How many messages left in each five minutes, by what the budget counts, and how many of all failed. */
export function defineSmsCount(sequelize: Sequelize) {
  class SmsCount extends Model<InferAttributes<SmsCount>, InferCreationAttributes<SmsCount>> {
    declare scope: string;
    declare bucket: Date;
    declare sent: number;
    /** Counted for all messages together; 0 in other rows. */
    declare failed: CreationOptional<number>;
  }
  const columns: Columns<SmsCount> = {
    scope: { type: DataTypes.STRING(80), allowNull: false, primaryKey: true },
    bucket: { type: DataTypes.DATE, allowNull: false, primaryKey: true },
    sent: { type: DataTypes.INTEGER, allowNull: false },
    failed: { type: DataTypes.INTEGER, allowNull: false, defaultValue: 0 },
  };
  return SmsCount.init(columns, { sequelize, tableName: "sms_counts", timestamps: false });
}
