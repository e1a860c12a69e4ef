import {
  type CreationOptional,
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  Model,
  type Sequelize,
} from "sequelize";
import type { Columns, RowOf } from "./columns.js";

export type UserRow = RowOf<typeof defineUser>;

/** Accounts. */
export function defineUser(sequelize: Sequelize) {
  class User extends Model<InferAttributes<User>, InferCreationAttributes<User>> {
    declare id: CreationOptional<number>;
    declare phone: string;
    declare first_name: string;
    declare last_name: string;
    declare email: string | null;
    declare address: string | null;
    declare apartment_name: string | null;
    declare password_hash: string;
    declare is_active: CreationOptional<boolean>;
    declare is_staff: CreationOptional<boolean>;
    declare is_superuser: CreationOptional<boolean>;
    declare date_joined: Date;
    declare last_login: Date | null;
    declare deactivated_at: Date | null;
    declare deletion_at: Date | null;
    /** The second step counts only if it was passed later. A trigger sets it. */
    declare second_factor_since: Date | null;
  }
  const columns: Columns<User> = {
    id: { type: DataTypes.INTEGER, allowNull: false, primaryKey: true, autoIncrement: true },
    phone: { type: DataTypes.STRING(16), allowNull: false },
    first_name: { type: DataTypes.STRING(150), allowNull: false },
    last_name: { type: DataTypes.STRING(150), allowNull: false },
    email: { type: DataTypes.STRING(254), allowNull: true },
    address: { type: DataTypes.TEXT, allowNull: true },
    apartment_name: { type: DataTypes.STRING(3), allowNull: true },
    password_hash: { type: DataTypes.TEXT, allowNull: false },
    is_active: { type: DataTypes.BOOLEAN, allowNull: false, defaultValue: false },
    is_staff: { type: DataTypes.BOOLEAN, allowNull: false, defaultValue: false },
    is_superuser: { type: DataTypes.BOOLEAN, allowNull: false, defaultValue: false },
    date_joined: { type: DataTypes.DATE, allowNull: false },
    last_login: { type: DataTypes.DATE, allowNull: true },
    deactivated_at: { type: DataTypes.DATE, allowNull: true },
    deletion_at: { type: DataTypes.DATE, allowNull: true },
    second_factor_since: { type: DataTypes.DATE, allowNull: true },
  };
  return User.init(columns, { sequelize, tableName: "users", timestamps: false });
}
