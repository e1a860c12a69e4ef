import {
  type CreationOptional,
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  Model,
  type Sequelize,
} from "sequelize";
import type { Columns, RowOf } from "./columns.js";

export type SessionRow = RowOf<typeof defineSession>;

/** Sessions with their valid refresh token and the ones used last, oldest first. */
export function defineSession(sequelize: Sequelize) {
  class Session extends Model<InferAttributes<Session>, InferCreationAttributes<Session>> {
    declare id: string;
    declare user_id: number;
    declare refresh_id: string;
    declare used_ids: CreationOptional<string[]>;
    declare used_at: CreationOptional<Date[]>;
    declare created_at: Date;
    /** When `refresh_id` expires. */
    declare expires_at: Date;
    declare revoked_at: Date | null;
    /** The refresh token that is known to have arrived; the valid one is if this equals `refresh_id`. */
    declare confirmed_id: string | null;
    declare confirmed_at: Date | null;
    /** The User-Agent at sign-in, cleaned. */
    declare client: CreationOptional<string>;
    /** The IP address of the last use. */
    declare address: CreationOptional<string>;
    declare last_used_at: Date | null;
    /** Wrong current passwords in a row. */
    declare wrong_passwords: CreationOptional<number>;
    /** When the last of them was counted. */
    declare wrong_password_at: Date | null;
    /** When the session, or the one whose device opened it, passed the second step. */
    declare second_factor_at: Date | null;
  }
  const columns: Columns<Session> = {
    id: { type: DataTypes.UUID, allowNull: false, primaryKey: true },
    user_id: { type: DataTypes.INTEGER, allowNull: false },
    refresh_id: { type: DataTypes.UUID, allowNull: false },
    used_ids: { type: DataTypes.ARRAY(DataTypes.UUID), allowNull: false, defaultValue: [] },
    used_at: { type: DataTypes.ARRAY(DataTypes.DATE), allowNull: false, defaultValue: [] },
    created_at: { type: DataTypes.DATE, allowNull: false },
    expires_at: { type: DataTypes.DATE, allowNull: false },
    revoked_at: { type: DataTypes.DATE, allowNull: true },
    confirmed_id: { type: DataTypes.UUID, allowNull: true },
    confirmed_at: { type: DataTypes.DATE, allowNull: true },
    client: { type: DataTypes.STRING(200), allowNull: false, defaultValue: "" },
    address: { type: DataTypes.STRING(45), allowNull: false, defaultValue: "" },
    last_used_at: { type: DataTypes.DATE, allowNull: true },
    wrong_passwords: { type: DataTypes.SMALLINT, allowNull: false, defaultValue: 0 },
    wrong_password_at: { type: DataTypes.DATE, allowNull: true },
    second_factor_at: { type: DataTypes.DATE, allowNull: true },
  };
  return Session.init(columns, { sequelize, tableName: "sessions", timestamps: false });
}
