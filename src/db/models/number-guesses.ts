import {
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  Model,
  type Sequelize,
} from "sequelize";
import type { Columns } from "./columns.js";

/** The wrong passwords of the last 24 hours that came from callers whom the account doesn't know, by bucket. */
export function defineNumberGuesses(sequelize: Sequelize) {
  class NumberGuesses extends Model<InferAttributes<NumberGuesses>, InferCreationAttributes<NumberGuesses>> {
    declare bucket: number;
    declare wrong_at: Date[];
    declare networks: (string | null)[];
    declare last_at: Date;
  }
  const columns: Columns<NumberGuesses> = {
    bucket: { type: DataTypes.INTEGER, allowNull: false, primaryKey: true },
    wrong_at: { type: DataTypes.ARRAY(DataTypes.DATE), allowNull: false },
    networks: { type: DataTypes.ARRAY(DataTypes.BIGINT), allowNull: false },
    last_at: { type: DataTypes.DATE, allowNull: false },
  };
  return NumberGuesses.init(columns, { sequelize, tableName: "number_guesses", timestamps: false });
}
