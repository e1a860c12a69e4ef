import {
  type CreationOptional,
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  Model,
  type Sequelize,
} from "sequelize";
import type { Columns } from "./columns.js";

/** Numbers of whitelist entries, as sums over all rows. Triggers maintain them. */
export function defineWhitelistCount(sequelize: Sequelize) {
  class WhitelistCount extends Model<
    InferAttributes<WhitelistCount>,
    InferCreationAttributes<WhitelistCount>
  > {
    declare id: CreationOptional<number>;
    /** Bigints, which the driver returns as text. One row may be negative, the sum never is. */
    declare active: string;
    declare inactive: string;
  }
  const columns: Columns<WhitelistCount> = {
    id: { type: DataTypes.INTEGER, allowNull: false, primaryKey: true, autoIncrement: true },
    active: { type: DataTypes.BIGINT, allowNull: false },
    inactive: { type: DataTypes.BIGINT, allowNull: false },
  };
  return WhitelistCount.init(columns, { sequelize, tableName: "whitelist_counts", timestamps: false });
}
