"""What Neovim is made to do."""
