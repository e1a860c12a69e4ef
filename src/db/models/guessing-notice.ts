import {
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  Model,
  type Sequelize,
} from "sequelize";
import type { Columns } from "./columns.js";

/** When the next notice that somebody guesses an account's password is due; null: at once. */
export function defineGuessingNotice(sequelize: Sequelize) {
  class GuessingNotice extends Model<
    InferAttributes<GuessingNotice>,
    InferCreationAttributes<GuessingNotice>
  > {
    declare user_id: number;
    /** A line in the history. */
    declare line_due_at: Date | null;
    /** A message to the owner. */
    declare message_due_at: Date | null;
  }
  const columns: Columns<GuessingNotice> = {
    user_id: { type: DataTypes.INTEGER, allowNull: false, primaryKey: true },
    line_due_at: { type: DataTypes.DATE, allowNull: true },
    message_due_at: { type: DataTypes.DATE, allowNull: true },
  };
  return GuessingNotice.init(columns, { sequelize, tableName: "guessing_notices", timestamps: false });
}
