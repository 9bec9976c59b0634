/** What the search for the server asks of the file system. */

import { accessSync, constants, realpathSync, statSync } from "node:fs";
import type { Disk } from "./find.ts";

export const disk: Disk = {
  isProgram(path) {
    try {
      accessSync(path, constants.X_OK);
      return statSync(path).isFile();
    } catch {
      return false;
    }
  },
  realPath(path) {
    try {
      return realpathSync(path);
    } catch {
      return path;
    }
  },
};
