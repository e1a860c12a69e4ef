import {
  type CreationOptional,
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  Model,
  type Sequelize,
} from "sequelize";
import type { Columns, RowOf } from "./columns.js";

export type RegistrationRow = RowOf<typeof defineRegistration>;

/** Registrations that wait for their activation. */
export function defineRegistration(sequelize: Sequelize) {
  class Registration extends Model<InferAttributes<Registration>, InferCreationAttributes<Registration>> {
    declare id: string;
    declare token_digest: Buffer;
    declare phone: string;
    declare first_name: string;
    declare last_name: string;
    declare email: string | null;
    declare address: string | null;
    declare apartment_name: string | null;
    declare password_hash: string;
    declare network: string | null;
    declare created_at: Date;
    declare named_attempts: CreationOptional<number>;
    /** A bigint, which the driver returns as text. */
    declare named_since: CreationOptional<string>;
    declare other_attempts: CreationOptional<number>;
    declare other_since: CreationOptional<string>;
  }
  const columns: Columns<Registration> = {
    id: { type: DataTypes.UUID, allowNull: false, primaryKey: true },
    token_digest: { type: DataTypes.BLOB, allowNull: false },
    phone: { type: DataTypes.STRING(16), allowNull: false },
    first_name: { type: DataTypes.STRING(150), allowNull: false },
    last_name: { type: DataTypes.STRING(150), allowNull: false },
    email: { type: DataTypes.STRING(254), allowNull: true },
    address: { type: DataTypes.TEXT, allowNull: true },
    apartment_name: { type: DataTypes.STRING(3), allowNull: true },
    password_hash: { type: DataTypes.TEXT, allowNull: false },
    network: { type: DataTypes.STRING(64), allowNull: true },
    created_at: { type: DataTypes.DATE, allowNull: false },
    named_attempts: { type: DataTypes.SMALLINT, allowNull: false, defaultValue: 0 },
    named_since: { type: DataTypes.BIGINT, allowNull: false, defaultValue: 0 },
    other_attempts: { type: DataTypes.SMALLINT, allowNull: false, defaultValue: 0 },
    other_since: { type: DataTypes.BIGINT, allowNull: false, defaultValue: 0 },
  };
  return Registration.init(columns, { sequelize, tableName: "registrations", timestamps: false });
}
