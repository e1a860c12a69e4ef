/** The bundler writes what is imported so to a file of its own. */
declare module "*.css";
