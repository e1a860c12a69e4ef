import {
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  Model,
  type Sequelize,
} from "sequelize";
import type { Columns, RowOf } from "./columns.js";

export type AccountActValuesRow = RowOf<typeof defineAccountActValues>;

/** Personal values of acts on accounts. Deleting a row leaves the history verifiable. */
export function defineAccountActValues(sequelize: Sequelize) {
  class AccountActValues extends Model<
    InferAttributes<AccountActValues>,
    InferCreationAttributes<AccountActValues>
  > {
    declare account_id: number;
    declare number: number;
    /** The values of the changed fields by their names; null if the act has none. */
    declare before: Record<string, string> | null;
    declare after: Record<string, string> | null;
    declare reason: string | null;
  }
  const columns: Columns<AccountActValues> = {
    account_id: { type: DataTypes.INTEGER, allowNull: false, primaryKey: true },
    number: { type: DataTypes.INTEGER, allowNull: false, primaryKey: true },
    before: { type: DataTypes.JSONB, allowNull: true },
    after: { type: DataTypes.JSONB, allowNull: true },
    reason: { type: DataTypes.TEXT, allowNull: true },
  };
  return AccountActValues.init(columns, {
    sequelize,
    tableName: "account_history_values",
    timestamps: false,
  });
}
