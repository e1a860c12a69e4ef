import { writeFileSync } from "node:fs";
import { REFERENCES } from "./references.js";

for (const [file, reference] of REFERENCES) writeFileSync(file, reference());
