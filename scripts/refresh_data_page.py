"""Write the generated part of docs/data.md anew.

Usage: python scripts/refresh_data_page.py
"""

from __future__ import annotations

from pathlib import Path

from realpolitik.build.pages import refresh

if __name__ == "__main__":
    refresh(Path(__file__).resolve().parents[1] / "docs" / "data.md")
