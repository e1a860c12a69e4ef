import {
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  Model,
  type Sequelize,
} from "sequelize";
import type { Columns } from "./columns.js";

/** When the owner of an account was last told that somebody guesses its password. */
export function defineGuessingNotice(sequelize: Sequelize) {
  class GuessingNotice extends Model<
    InferAttributes<GuessingNotice>,
    InferCreationAttributes<GuessingNotice>
  > {
    declare user_id: number;
    declare sent_at: Date;
  }
  const columns: Columns<GuessingNotice> = {
    user_id: { type: DataTypes.INTEGER, allowNull: false, primaryKey: true },
    sent_at: { type: DataTypes.DATE, allowNull: false },
  };
  return GuessingNotice.init(columns, { sequelize, tableName: "guessing_notices", timestamps: false });
}
