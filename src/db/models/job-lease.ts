import {
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  Model,
  type Sequelize,
} from "sequelize";
import type { Columns } from "./columns.js";

/** Which process runs which recurring job. */
export function defineJobLease(sequelize: Sequelize) {
  class JobLease extends Model<InferAttributes<JobLease>, InferCreationAttributes<JobLease>> {
    declare job: string;
    declare holder: string;
    declare held_until: Date;
    declare due_at: Date;
  }
  const columns: Columns<JobLease> = {
    job: { type: DataTypes.STRING(63), allowNull: false, primaryKey: true },
    holder: { type: DataTypes.UUID, allowNull: false },
    held_until: { type: DataTypes.DATE, allowNull: false },
    due_at: { type: DataTypes.DATE, allowNull: false },
  };
  return JobLease.init(columns, { sequelize, tableName: "job_leases", timestamps: false });
}
