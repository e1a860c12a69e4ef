import {
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  Model,
  type Sequelize,
} from "sequelize";
import type { Columns } from "./columns.js";

/** The networks from which a number was registered lately without a code that could leave. */
export function defineRegistrationTry(sequelize: Sequelize) {
  class RegistrationTry extends Model<
    InferAttributes<RegistrationTry>,
    InferCreationAttributes<RegistrationTry>
  > {
    declare phone: string;
    declare network: string;
    declare tried_at: Date;
  }
  const columns: Columns<RegistrationTry> = {
    phone: { type: DataTypes.STRING(16), allowNull: false, primaryKey: true },
    network: { type: DataTypes.STRING(64), allowNull: false, primaryKey: true },
    tried_at: { type: DataTypes.DATE, allowNull: false },
  };
  return RegistrationTry.init(columns, { sequelize, tableName: "registration_tries", timestamps: false });
}
