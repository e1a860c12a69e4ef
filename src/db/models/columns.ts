import type {
  InferAttributes,
  InferCreationAttributes,
  Model,
  ModelAttributeColumnOptions,
  ModelStatic,
  Sequelize,
} from "sequelize";

/** A row of the table whose model `Define` makes. */
export type RowOf<Define extends (sequelize: Sequelize) => ModelStatic<Model>> = InferAttributes<
  InstanceType<ReturnType<Define>>
>;

/** The columns of an outer-joined table: null when no row matches. */
export type OuterJoined<Columns> = { [Name in keyof Columns]: Columns[Name] | null };

/**
 * The options of a model's columns, checked against its fields: a column allows NULL if the field's type includes null,
 * and it has a default or an identity if the field is CreationOptional.
 */
export type Columns<M extends Model> = {
  [Name in keyof InferAttributes<M>]: ColumnOptions & {
    allowNull: null extends M[Name] ? true : false;
  } & (undefined extends InferCreationAttributes<M>[Name] ? Generated : Given);
};

type ColumnOptions = Pick<ModelAttributeColumnOptions, "type" | "primaryKey">;
type Generated = { autoIncrement: true } | { defaultValue: NonNullable<unknown> };
type Given = { autoIncrement?: never; defaultValue?: never };
