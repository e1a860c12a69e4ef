import {
  type CreationOptional,
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  Model,
  type Sequelize,
} from "sequelize";
import type { Columns } from "./columns.js";

/** Numbers of accounts by their state, as sums over all rows. Triggers maintain them. */
export function defineAccountCount(sequelize: Sequelize) {
  class AccountCount extends Model<InferAttributes<AccountCount>, InferCreationAttributes<AccountCount>> {
    declare id: CreationOptional<number>;
    /** Bigints, which the driver returns as text. One row may be negative, the sum never is. */
    declare active: string;
    declare leaving: string;
    declare deactivated: string;
    declare unproved: string;
  }
  const columns: Columns<AccountCount> = {
    id: { type: DataTypes.INTEGER, allowNull: false, primaryKey: true, autoIncrement: true },
    active: { type: DataTypes.BIGINT, allowNull: false },
    leaving: { type: DataTypes.BIGINT, allowNull: false },
    deactivated: { type: DataTypes.BIGINT, allowNull: false },
    unproved: { type: DataTypes.BIGINT, allowNull: false },
  };
  return AccountCount.init(columns, { sequelize, tableName: "account_counts", timestamps: false });
}
