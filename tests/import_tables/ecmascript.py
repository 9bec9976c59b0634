"""Imports of JavaScript and TypeScript, as data: what they mean, what would bring a name in, and where that goes."""

# ruff: noqa: E501 - a listing has one line for each file

from rulewright.core.index.imports import NewImport
from rulewright.core.index.symbols import Import
from tests.harness.import_tables import Brought, Inserted, Joined, Resolved, Table
from tests.harness.memory_files import MemoryFiles, tree

PLAIN = tree("""
    package.json: {"name": "shop", "imports": {"#lib/*": "./src/lib/*.js", "#env": {"node": "./src/env.node.js", "default": "./src/env.js"}}}
    src/main.ts: import { a } from './lib/money';\\nimport type { B } from './types';
    src/app.tsx
    src/lib/money.ts: export const money = 1;\\nexport function pay() {}\\nexport default class Money {}
    src/lib/money.js
    src/lib/index.ts: export * from './money';
    src/lib/date.js: module.exports = { now };
    src/lib/kept.cjs: const m = require('./date');
    src/types.d.ts: export interface Shape {}\\nexport type Id = string;
    src/env.js: export const env = 1;
    src/env.node.js: export const env = 2;
    src/view/Panel.vue: <script>export default {}</script>
    src/view/Card.tsx: export default function Card() {}
    src/view/data.json: {}
    src/view/style.module.css
    src/view/index.jsx
    src/global.js: function everywhere() {}
    src/node/start.mjs: import './other.mjs';
    src/node/other.mjs: export const other = 1;
    src/old.js: const fs = require('fs');
""")

ALIASED = tree("""
    tsconfig.base.json: {"compilerOptions": {"paths": {"@shared/*": ["./shared/src/*"]}}}
    web/tsconfig.json: {\\n  // an alias\\n  "extends": "../tsconfig.base.json",\\n  "compilerOptions": {"baseUrl": "src", "paths": {"@/*": ["./*", "legacy/*"], "exact": ["lib/exact.ts"],},}\\n}
    web/src/lib/exact.ts: export const exact = 1;
    web/src/lib/deep/er/leaf.ts: export const leaf = 1;
    web/src/pages/one/home.ts: import { exact } from '@/lib/exact';
    web/src/pages/one/plain.ts
    web/src/legacy/old.js: export const old = 1;
    api/tsconfig.json: {"extends": "../tsconfig.base"}
    api/main.ts
    shared/src/util.ts: export const util = 1;
    vite/tsconfig.json: {"files": [], "references": [{"path": "./tsconfig.app.json"}]}
    vite/tsconfig.app.json: {"compilerOptions": {"paths": {"~lib/*": ["./lib/*"]}}}
    vite/lib/part.ts: export const part = 1;
    vite/main.ts
    js/jsconfig.json: {"compilerOptions": {"baseUrl": "."}}
    js/parts/wheel.js: export const wheel = 1;
    js/main.js
    plain/package.json: {}
    plain/src/store.js
    plain/src/deep/page.js
    broken/tsconfig.json: {"compilerOptions": {"paths": 3
    broken/main.ts
""")

PACKAGES = tree("""
    package.json: {"workspaces": ["packages/*"]}
    packages/one/package.json: {"name": "@shop/one", "exports": {".": {"types": "./dist/index.d.ts", "import": "./dist/index.js"}, "./parts/*": "./src/parts/*.ts"}}
    packages/one/src/index.ts: export const one = 1;
    packages/one/src/parts/wheel.ts: export const wheel = 1;
    packages/two/package.json: {"name": "different", "main": "lib/start.js"}
    packages/two/lib/start.js: exports.start = 1;
    packages/two/lib/extra.js: exports.extra = 1;
    packages/two/lib/user.js: const x = require('./start');
    packages/three/package.json: {"name": "@shop/three"}
    packages/three/main.ts
""")

COMMON = tree("""
    lib.js: function libFn() {}\\nmodule.exports = { libFn };
    one.js: function lib() {}\\nmodule.exports = lib;
    main.js: const fs = require('fs');
    late.js: const fs = require('fs');\\nasync function f() {\\n  import('./x');\\n}
    words.js: /*\\n import of words\\n */\\nconst fs = require ('fs');
    offers.js: module.exports = { f };
    both.js: import x from 'x';\\nconst fs = require('fs');
    said.js: // require('fs')\\nf();
    made.js: const load = createRequire(x);
    main.mjs: const fs = require('fs');
    main.ts: const fs = require('fs');
    strict/package.json: {"type": "module"}
    strict/main.js: const fs = require('fs');
""")

RESOLVED = [
    (PLAIN, "src/main.ts", "./lib/money", "src/lib/money.ts src/lib/money.js"),
    (PLAIN, "src/main.ts", "./lib/money.js", "src/lib/money.ts src/lib/money.js"),
    (PLAIN, "src/main.ts", "./lib", "src/lib/index.ts"),
    (PLAIN, "src/main.ts", "./lib/", "src/lib/index.ts"),
    (PLAIN, "src/lib/index.ts", ".", "src/lib/index.ts"),
    (PLAIN, "src/main.ts", "./types", "src/types.d.ts"),
    (PLAIN, "src/main.ts", "./view", "src/view/index.jsx"),
    (PLAIN, "src/view/Card.tsx", "../lib/date", "src/lib/date.js"),
    (PLAIN, "src/main.ts", "./view/Panel.vue", "src/view/Panel.vue"),
    (PLAIN, "src/main.ts", "./view/Panel", "src/view/Panel.vue"),
    (PLAIN, "src/main.ts", "./view/data.json", "src/view/data.json"),
    (PLAIN, "src/main.ts", "./view/style.module.css?inline", "src/view/style.module.css"),
    (PLAIN, "src/main.ts", "../../outside", ""),
    (PLAIN, "src/main.ts", "./missing", ""),
    (PLAIN, "src/main.ts", "react", ""),
    (PLAIN, "src/main.ts", "node:fs", ""),
    (PLAIN, "src/main.ts", "#lib/money", "src/lib/money.ts src/lib/money.js"),
    (PLAIN, "src/main.ts", "#env", "src/env.node.js src/env.js"),
    (ALIASED, "web/src/pages/one/home.ts", "@/lib/exact", "web/src/lib/exact.ts"),
    (ALIASED, "web/src/pages/one/home.ts", "@/old", "web/src/legacy/old.js"),
    (ALIASED, "web/src/pages/one/home.ts", "exact", "web/src/lib/exact.ts"),
    (ALIASED, "web/src/pages/one/home.ts", "lib/exact", "web/src/lib/exact.ts"),
    (ALIASED, "api/main.ts", "@shared/util", "shared/src/util.ts"),
    (ALIASED, "vite/main.ts", "~lib/part", "vite/lib/part.ts"),
    (ALIASED, "js/main.js", "parts/wheel", "js/parts/wheel.js"),
    (ALIASED, "plain/src/deep/page.js", "@/store", "plain/src/store.js"),
    (ALIASED, "broken/main.ts", "x/y", ""),
    (PACKAGES, "packages/three/main.ts", "@shop/one", "packages/one/src/index.ts"),
    (PACKAGES, "packages/three/main.ts", "@shop/one/parts/wheel", "packages/one/src/parts/wheel.ts"),
    (PACKAGES, "packages/three/main.ts", "different", "packages/two/lib/start.js"),
    (PACKAGES, "packages/three/main.ts", "different/lib/extra", "packages/two/lib/extra.js"),
    (PACKAGES, "packages/three/main.ts", "@shop/none", ""),
]


BROUGHT = [
    (PLAIN, "pay", "src/lib/money.ts", "src/app.tsx", 'import { pay } from "./lib/money";'),
    (PLAIN, "Money", "src/lib/money.ts", "src/app.tsx", 'import Money from "./lib/money";'),
    (PLAIN, "Card", "src/view/Card.tsx", "src/lib/index.ts", 'import Card from "../view/Card";'),
    (PLAIN, "Panel", "src/view/Panel.vue", "src/app.tsx", 'import Panel from "./view/Panel.vue";'),
    (PLAIN, "thing", "src/lib/index.ts", "src/app.tsx", 'import { thing } from "./lib";'),
    # Types, where the file says which of its imports are types.
    (PLAIN, "Shape", "src/types.d.ts", "src/main.ts", 'import type { Shape } from "./types";'),
    (PLAIN, "Shape", "src/types.d.ts", "src/app.tsx", 'import { Shape } from "./types";'),
    # As the file or the runtime writes paths.
    (PLAIN, "other", "src/node/other.mjs", "src/node/start.mjs", 'import { other } from "./other.mjs";'),
    (PLAIN, "now", "src/lib/date.js", "src/lib/kept.cjs", 'const { now } = require("./date");'),
    (PLAIN, "now", "src/lib/date.js", "src/old.js", 'const { now } = require("./lib/date");'),
    (COMMON, "libFn", "lib.js", "main.js", 'const { libFn } = require("./lib");'),
    (COMMON, "lib", "one.js", "main.js", 'const lib = require("./one");'),
    (COMMON, "libFn", "lib.js", "late.js", 'const { libFn } = require("./lib");'),
    (COMMON, "libFn", "lib.js", "words.js", 'const { libFn } = require("./lib");'),
    (COMMON, "libFn", "lib.js", "offers.js", 'const { libFn } = require("./lib");'),
    (COMMON, "libFn", "lib.js", "both.js", 'import { libFn } from "./lib";'),
    (COMMON, "libFn", "lib.js", "said.js", 'import { libFn } from "./lib";'),
    (COMMON, "libFn", "lib.js", "made.js", 'import { libFn } from "./lib";'),
    (COMMON, "libFn", "lib.js", "main.mjs", 'import { libFn } from "./lib.js";'),
    (COMMON, "libFn", "lib.js", "main.ts", 'import { libFn } from "./lib";'),
    (COMMON, "libFn", "lib.js", "strict/main.js", 'import { libFn } from "../lib.js";'),
    # What every file sees, and what is no code, needs no import.
    (PLAIN, "everywhere", "src/global.js", "src/app.tsx", None),
    (PLAIN, "key", "src/view/data.json", "src/app.tsx", None),
    (PLAIN, "x", "src/app.tsx", "src/app.tsx", None),
    (
        ALIASED,
        "leaf",
        "web/src/lib/deep/er/leaf.ts",
        "web/src/pages/one/home.ts",
        'import { leaf } from "@/lib/deep/er/leaf";',
    ),
    (ALIASED, "exact", "web/src/lib/exact.ts", "web/src/lib/deep/x.ts", 'import { exact } from "../exact";'),
    (ALIASED, "leaf", "web/src/lib/deep/er/leaf.ts", "web/src/lib/deep/x.ts", 'import { leaf } from "./er/leaf";'),
    (PACKAGES, "one", "packages/one/src/index.ts", "packages/three/main.ts", 'import { one } from "@shop/one";'),
    (PACKAGES, "start", "packages/two/lib/start.js", "packages/three/main.ts", 'import { start } from "different";'),
    (
        PACKAGES,
        "extra",
        "packages/two/lib/extra.js",
        "packages/three/main.ts",
        'import { extra } from "different/lib/extra";',
    ),
    (
        PACKAGES,
        "start",
        "packages/two/lib/start.js",
        "packages/two/lib/user.js",
        'const { start } = require("./start");',
    ),
]


NAMED = NewImport("./m", "n", 'import { n } from "./m";')
DEFAULT = NewImport("./m", "default", 'import N from "./m";')
TYPE = NewImport("./m", "n", 'import type { n } from "./m";')
REQUIRED = NewImport("./m", "n", 'const { n } = require("./m");')

INSERTED = [
    (NAMED, "", 'import { n } from "./m";\n'),
    (NAMED, "const a = 1;\n", 'import { n } from "./m";\n\nconst a = 1;\n'),
    (NAMED, "const a = 'x'\n", "import { n } from './m'\n\nconst a = 'x'\n"),
    (NAMED, "'use strict';\n\nf();\n", "'use strict';\n\nimport { n } from './m';\n\nf();\n"),
    (NAMED, '"use client"\nf()\n', '"use client"\n\nimport { n } from "./m"\n\nf()\n'),
    (NAMED, "#!/usr/bin/env node\nf();\n", '#!/usr/bin/env node\n\nimport { n } from "./m";\n\nf();\n'),
    (NAMED, "/* Licence. */\n\nf();\n", '/* Licence. */\n\nimport { n } from "./m";\n\nf();\n'),
    (NAMED, "/** Of f. */\nfunction f() {}\n", 'import { n } from "./m";\n\n/** Of f. */\nfunction f() {}\n'),
    # Below what counts only at the top, and above what is said of the first thing.
    (NAMED, "// @ts-check\nf();\n", '// @ts-check\n\nimport { n } from "./m";\n\nf();\n'),
    (NAMED, "// @ts-check", '// @ts-check\n\nimport { n } from "./m"\n'),
    (NAMED, "// @ts-check\r\nf();\r\n", '// @ts-check\r\n\r\nimport { n } from "./m";\r\n\r\nf();\r\n'),
    (NAMED, "\n// @ts-nocheck\nf();\n", '\n// @ts-nocheck\n\nimport { n } from "./m";\n\nf();\n'),
    (
        NAMED,
        "#!/usr/bin/node\n// @ts-check\nf();\n",
        '#!/usr/bin/node\n// @ts-check\n\nimport { n } from "./m";\n\nf();\n',
    ),
    (NAMED, "// @ts-check\n// Of f.\nf();\n", '// @ts-check\n\nimport { n } from "./m";\n\n// Of f.\nf();\n'),
    (NAMED, "// @ts-check\n\n/** Of f. */\nf();\n", '// @ts-check\n\nimport { n } from "./m";\n\n/** Of f. */\nf();\n'),
    (NAMED, "// @ts-check\n'use strict';\nf();\n", "// @ts-check\n'use strict';\n\nimport { n } from './m';\n\nf();\n"),
    (NAMED, "'use strict'; // all\nf();\n", "'use strict'; // all\n\nimport { n } from './m';\n\nf();\n"),
    (
        NAMED,
        "'use strict';\n/* Copyright A. */\nf();\n",
        "'use strict';\n/* Copyright A. */\n\nimport { n } from './m';\n\nf();\n",
    ),
    (NAMED, "/*\n * Copyright A.\n */\nf();\n", '/*\n * Copyright A.\n */\n\nimport { n } from "./m";\n\nf();\n'),
    (NAMED, "// Copyright A.\n// As is.\nf();\n", '// Copyright A.\n// As is.\n\nimport { n } from "./m";\n\nf();\n'),
    (
        NAMED,
        "/* About. */\n\n// @ts-check\nf();\n",
        '/* About. */\n\n// @ts-check\n\nimport { n } from "./m";\n\nf();\n',
    ),
    (NAMED, "/* eslint-disable */\nf();\n", '/* eslint-disable */\n\nimport { n } from "./m";\n\nf();\n'),
    (NAMED, "// eslint-disable-next-line\nf();\n", 'import { n } from "./m";\n\n// eslint-disable-next-line\nf();\n'),
    (NAMED, "// @ts-ignore\nf();\n", 'import { n } from "./m";\n\n// @ts-ignore\nf();\n'),
    (NAMED, "// Under the MIT license.\nf();\n", '// Under the MIT license.\n\nimport { n } from "./m";\n\nf();\n'),
    (NAMED, "/** Asks for a license. */\nf();\n", 'import { n } from "./m";\n\n/** Asks for a license. */\nf();\n'),
    (
        NAMED,
        "/* Of f. */\nf();\n/* End. */\n\ng();\n",
        'import { n } from "./m";\n\n/* Of f. */\nf();\n/* End. */\n\ng();\n',
    ),
    (NAMED, "import a from 'a';\n", "import a from 'a';\nimport { n } from './m';\n"),
    (NAMED, "import a from 'a'", "import a from 'a'\nimport { n } from './m'\n"),
    (
        NAMED,
        "import a from 'a';\nimport b from './b';\nimport z from './z';\n\nf();\n",
        "import a from 'a';\nimport b from './b';\nimport { n } from './m';\nimport z from './z';\n\nf();\n",
    ),
    (
        NAMED,
        "import z from './z';\nimport b from './b';\n",
        "import z from './z';\nimport b from './b';\nimport { n } from './m';\n",
    ),
    (NAMED, "import {\n  a,\n} from 'a';\nf();\n", "import {\n  a,\n} from 'a';\nimport { n } from './m';\nf();\n"),
    # Joined to a statement.
    (NAMED, "import { a, z } from './m';\n", "import { a, n, z } from './m';\n"),
    (NAMED, "import {a} from './m';\n", "import {a, n} from './m';\n"),
    (NAMED, "import { z, a } from './m';\n", "import { z, a, n } from './m';\n"),
    (NAMED, "import { Z, a as b } from './m';\n", "import { Z, a as b, n } from './m';\n"),
    (NAMED, "import M from './m';\n", "import M, { n } from './m';\n"),
    (NAMED, "import M, { a } from './m';\n", "import M, { a, n } from './m';\n"),
    (NAMED, "import {\n  a,\n  z,\n} from './m';\n", "import {\n  a,\n  n,\n  z,\n} from './m';\n"),
    (NAMED, "import {\n  a,\n  b,\n} from './m';\n", "import {\n  a,\n  b,\n  n,\n} from './m';\n"),
    (NAMED, "import {\n  a,\n  b // last\n} from './m';\n", "import {\n  a,\n  b,\n  n // last\n} from './m';\n"),
    (NAMED, "import { a, } from './m';\n", "import { a, n, } from './m';\n"),
    (NAMED, "import { type T, a } from './m';\n", "import { type T, a, n } from './m';\n"),
    (NAMED, "import * as all from './m';\n", "import * as all from './m';\nimport { n } from './m';\n"),
    (NAMED, "import './m';\n", "import './m';\nimport { n } from './m';\n"),
    (NAMED, "export { n } from './m';\n", "import { n } from './m';\n\nexport { n } from './m';\n"),
    (NAMED, "import type { T } from './m';\n", "import type { T } from './m';\nimport { n } from './m';\n"),
    (TYPE, "import type { T } from './m';\n", "import type { T, n } from './m';\n"),
    (TYPE, "import { a } from './m';\n", "import { a, type n } from './m';\n"),
    (DEFAULT, "import { a } from './m';\n", "import N, { a } from './m';\n"),
    (DEFAULT, "import M from './m';\n", "import M from './m';\nimport N from './m';\n"),
    (REQUIRED, "const { a } = require('./m');\n", "const { a, n } = require('./m');\n"),
    (REQUIRED, "const fs = require('fs')\n\nf()\n", "const fs = require('fs')\nconst { n } = require('./m')\n\nf()\n"),
    (NAMED, "import a from 'a';\r\n\r\nf();\r\n", "import a from 'a';\r\nimport { n } from './m';\r\n\r\nf();\r\n"),
    (NAMED, "import {\r\n  a,\r\n} from './m';\r\n", "import {\r\n  a,\r\n  n,\r\n} from './m';\r\n"),
    # What is there already.
    (NAMED, "import { n } from './m';\n", None),
    (DEFAULT, "import N from './m';\n", None),
    (REQUIRED, "const { n } = require('./m');\n", None),
    (NAMED, "import { n as other } from './m';\n", "import { n, n as other } from './m';\n"),
]


UNSAVED = [
    # The file on disk, if there is one, says nothing yet.
    (
        "new.js",
        "libFn",
        "lib.js",
        "const fs = require('fs');\n",
        "const fs = require('fs');\nconst { libFn } = require('./lib');\n",
    ),
    (
        "new.js",
        "lib",
        "one.js",
        "const fs = require('fs');\n",
        "const fs = require('fs');\nconst lib = require('./one');\n",
    ),
    ("new.js", "lib", "one.js", "import fs from 'fs';\n", "import fs from 'fs';\nimport lib from './one';\n"),
    ("new.js", "libFn", "lib.js", "f('a');\n", "import { libFn } from './lib';\n\nf('a');\n"),
    (
        "new.mjs",
        "libFn",
        "lib.js",
        "const fs = require('fs');\n",
        "const fs = require('fs');\nimport { libFn } from './lib.js';\n",
    ),
    (
        "new.ts",
        "libFn",
        "lib.js",
        "const fs = require('fs');\n",
        "import { libFn } from './lib';\n\nconst fs = require('fs');\n",
    ),
    (
        "strict/new.js",
        "libFn",
        "lib.js",
        "const fs = require('fs');\n",
        "const fs = require('fs');\nimport { libFn } from '../lib.js';\n",
    ),
]


SAME = tree("""
    tsconfig.json: {"compilerOptions": {"paths": {"@lib/*": ["./src/lib/*"], "button": ["./src/lib/knob.ts"]}}}
    src/lib/widget.ts: export const a = 1;\\nexport const n = 1;\\nexport default class Widget {}
    src/lib/knob.ts: export const n = 1;
    src/lib/index.ts: export * from './widget';
    src/lib/Panel.vue: <script></script>
    src/other/widget.ts: export const n = 1;
    src/old.js: exports.n = 1;
""")

JOINED = [
    (
        "src/main.ts",
        "n",
        "src/lib/widget.ts",
        "import { a } from '@lib/widget';\n",
        "import { a, n } from '@lib/widget';\n",
    ),
    (
        "src/lib/main.ts",
        "n",
        "src/lib/widget.ts",
        "import { a } from '@lib/widget';\n",
        "import { a, n } from '@lib/widget';\n",
    ),
    (
        "src/main.ts",
        "Widget",
        "src/lib/widget.ts",
        "import { a } from '@lib/widget';\n",
        "import Widget, { a } from '@lib/widget';\n",
    ),
    (
        "src/main.ts",
        "n",
        "src/lib/widget.ts",
        "import { a } from './lib/widget.js';\n",
        "import { a, n } from './lib/widget.js';\n",
    ),
    (
        "src/main.ts",
        "n",
        "src/lib/index.ts",
        "import { a } from '@lib/index';\n",
        "import { a, n } from '@lib/index';\n",
    ),
    ("src/main.ts", "n", "src/lib/index.ts", "import { a } from './lib/';\n", "import { a, n } from './lib/';\n"),
    ("src/main.ts", "n", "src/lib/knob.ts", "import { a } from 'button';\n", "import { a, n } from 'button';\n"),
    (
        "src/main.ts",
        "Panel",
        "src/lib/Panel.vue",
        "import { a } from '@lib/Panel.vue';\n",
        "import Panel, { a } from '@lib/Panel.vue';\n",
    ),
    (
        "src/main.js",
        "n",
        "src/lib/widget.ts",
        "const { a } = require('@lib/widget');\n",
        "const { a, n } = require('@lib/widget');\n",
    ),
    ("src/lib/main.ts", "n", "src/lib/index.ts", "import { a } from '.';\n", "import { a, n } from '.';\n"),
    # A name that looks alike means another file.
    (
        "src/main.ts",
        "n",
        "src/other/widget.ts",
        "import { a } from '@lib/widget';\n",
        "import { a } from '@lib/widget';\nimport { n } from './other/widget';\n",
    ),
    (
        "src/main.ts",
        "n",
        "src/lib/widget.ts",
        "import a from 'widget';\n",
        "import a from 'widget';\nimport { n } from './lib/widget';\n",
    ),
    (
        "src/main.ts",
        "n",
        "src/lib/widget.ts",
        "import a from './lib/widget?raw';\n",
        "import { n } from './lib/widget';\nimport a from './lib/widget?raw';\n",
    ),
]


def _language(new: NewImport) -> str:
    return "javascript" if new is REQUIRED else ""


TABLE = Table(
    "typescript",
    resolved=[Resolved(files, path, Import(module), found) for files, path, module, found in RESOLVED],
    brought=[Brought(*row) for row in BROUGHT],
    inserted=[Inserted(new, before, after, _language(new)) for new, before, after in INSERTED],
    joined=[
        *(Joined(COMMON, path, name, target, before, after) for path, name, target, before, after in UNSAVED),
        *(
            Joined(MemoryFiles({**SAME.texts, path: before}), path, name, target, before, after)
            for path, name, target, before, after in JOINED
        ),
    ],
)
