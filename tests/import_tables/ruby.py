"""Requires of Ruby, as data: what they load, what would load a file, and where that goes."""

from rulewright.core.index.imports import NewImport
from rulewright.core.index.symbols import Import
from tests.harness.import_tables import Brought, Inserted, Resolved, Table
from tests.harness.memory_files import tree

FILES = tree("""
    lib/shop.rb: require "shop/cart"\\nrequire_relative "shop/item"
    lib/shop/cart.rb: require "shop/item"
    lib/shop/item.rb: class Item\\nend
    lib/shop/price.rb: require_relative 'item'
    lib/shop/deep/leaf.rb
    lib/json.rb
    bin/shop.rb
    spec/spec_helper.rb: require 'shop'
    spec/shop/cart_spec.rb: require 'spec_helper'
    tasks/build.rb
    gems/other/lib/other/part.rb
    gems/other/lib/shop/item.rb
    rails/config/application.rb: module App\\nend
    rails/app/models/user.rb: class User\\nend
    rails/app/models/admin.rb
    rails/lib/tool.rb: class Tool\\nend
    auto/lib/auto.rb: loader = Zeitwerk::Loader.for_gem
    auto/lib/auto/part.rb: class Auto::Part\\nend
    auto/lib/auto/more.rb
""")

RESOLVED = [
    ("lib/shop.rb", "shop/cart", "lib/shop/cart.rb"),
    ("lib/shop.rb", "./shop/item", "lib/shop/item.rb"),
    ("lib/shop/cart.rb", "shop/item.rb", "lib/shop/item.rb"),
    ("lib/shop/deep/leaf.rb", "../item", "lib/shop/item.rb"),
    ("lib/shop/deep/leaf.rb", "../../../out", ""),
    ("lib/shop/deep/leaf.rb", "../../../../out", ""),
    ("spec/shop/cart_spec.rb", "spec_helper", "spec/spec_helper.rb"),
    ("spec/shop/cart_spec.rb", "shop/cart", "lib/shop/cart.rb"),
    ("tasks/build.rb", "tasks/build", ""),
    # A script may have the name of the library that it loads.
    ("bin/shop.rb", "shop", "lib/shop.rb"),
    # A library of the same workspace; its own files come first.
    ("lib/shop.rb", "other/part", "gems/other/lib/other/part.rb"),
    ("gems/other/lib/other/part.rb", "shop/item", "gems/other/lib/shop/item.rb"),
    ("lib/shop.rb", "active_support", ""),
    ("lib/shop.rb", "/etc/passwd", ""),
    ("lib/shop.rb", "./missing", ""),
]


BROUGHT = [
    # As the file itself writes it.
    ("Leaf", "lib/shop/deep/leaf.rb", "lib/shop/cart.rb", 'require "shop/deep/leaf"'),
    ("Leaf", "lib/shop/deep/leaf.rb", "lib/shop/price.rb", "require_relative 'deep/leaf'"),
    ("Item", "lib/shop/item.rb", "lib/shop/deep/leaf.rb", 'require_relative "../item"'),
    # From outside of the library.
    ("Item", "lib/shop/item.rb", "spec/shop/cart_spec.rb", "require 'shop/item'"),
    ("Item", "lib/shop/item.rb", "tasks/build.rb", 'require "shop/item"'),
    ("helper", "spec/spec_helper.rb", "spec/shop/cart_spec.rb", "require_relative '../spec_helper'"),
    ("build", "tasks/build.rb", "bin/shop.rb", 'require_relative "../tasks/build"'),
    # Loaded by its name.
    ("User", "rails/app/models/user.rb", "rails/app/models/admin.rb", None),
    ("Tool", "rails/lib/tool.rb", "rails/app/models/admin.rb", 'require "tool"'),
    ("Part", "auto/lib/auto/part.rb", "auto/lib/auto/more.rb", None),
    ("Item", "lib/shop/item.rb", "lib/shop/item.rb", None),
]


INSERTED = [
    ("", 'require "m/n"\n'),
    ("class A\nend\n", 'require "m/n"\n\nclass A\nend\n'),
    (
        "#!/usr/bin/env ruby\n# frozen_string_literal: true\n\nclass A\nend\n",
        '#!/usr/bin/env ruby\n# frozen_string_literal: true\n\nrequire "m/n"\n\nclass A\nend\n',
    ),
    ("# Doc.\nclass A\nend\n", 'require "m/n"\n\n# Doc.\nclass A\nend\n'),
    ('require "a"\nrequire "z"\n', 'require "a"\nrequire "m/n"\nrequire "z"\n'),
    ("require 'a'\nrequire 'z'\n", "require 'a'\nrequire \"m/n\"\nrequire 'z'\n"),
    ('require "z"\nrequire "a"\n\nclass A\nend\n', 'require "z"\nrequire "a"\nrequire "m/n"\n\nclass A\nend\n'),
    ('require "a"\n\nrequire "m/a"\nrequire "m/z"\n', 'require "a"\n\nrequire "m/a"\nrequire "m/n"\nrequire "m/z"\n'),
    ('require_relative "b"\n', 'require "m/n"\nrequire_relative "b"\n'),
    ('require "a"\r\n\r\nclass A\r\nend\r\n', 'require "a"\r\nrequire "m/n"\r\n\r\nclass A\r\nend\r\n'),
    ("class A\r\nend\r\n", 'require "m/n"\r\n\r\nclass A\r\nend\r\n'),
    ('def a\n  require "b"\nend\n', 'require "m/n"\n\ndef a\n  require "b"\nend\n'),
    ('require "a"', 'require "a"\nrequire "m/n"\n'),
    ('require "m/n"\n', None),
    ('require "m/n.rb"\n', None),
]

RELATIVE = [
    ('require "a"\n\nclass A\nend\n', 'require "a"\nrequire_relative "n"\n\nclass A\nend\n'),
    (
        'require "a"\nrequire_relative "b"\nrequire_relative "z"\n',
        'require "a"\nrequire_relative "b"\nrequire_relative "n"\nrequire_relative "z"\n',
    ),
    ('require_relative "n"\n', None),
    ('require_relative "./n"\n', None),
]

TABLE = Table(
    "ruby",
    resolved=[Resolved(FILES, path, Import(module), found) for path, module, found in RESOLVED],
    brought=[Brought(FILES, *row) for row in BROUGHT],
    inserted=[
        *(Inserted(NewImport("m/n", "", 'require "m/n"'), *row) for row in INSERTED),
        *(Inserted(NewImport("./n", "", 'require_relative "n"'), *row) for row in RELATIVE),
    ],
)
