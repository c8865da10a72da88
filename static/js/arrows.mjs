// Arrow keys on a wall: left and right to the neighbour, up and down to the picture above or below, Home and End.

const WALL = ".wall";
const TILE = ".picture__frame[href]";

// The nearest tile of the next row in that direction; places are read from the page, so any number of columns is right.
function across(tiles, from, down) {
  const here = from.getBoundingClientRect();
  const middle = here.left + here.width / 2;
  const rows = tiles
    .map((tile) => ({ tile, box: tile.getBoundingClientRect() }))
    .filter(({ box }) => (down ? box.top >= here.bottom : box.bottom <= here.top));
  const edge = down ? Math.min(...rows.map(({ box }) => box.top)) : Math.max(...rows.map(({ box }) => box.top));
  const row = rows.filter(({ box }) => Math.abs(box.top - edge) < 2);
  row.sort((a, b) => Math.abs(a.box.left + a.box.width / 2 - middle) - Math.abs(b.box.left + b.box.width / 2 - middle));
  return row[0]?.tile;
}

function neighbour(tiles, from, key) {
  const at = tiles.indexOf(from);
  switch (key) {
    case "ArrowRight": return tiles[at + 1];
    case "ArrowLeft": return tiles[at - 1];
    case "ArrowDown": return across(tiles, from, true);
    case "ArrowUp": return across(tiles, from, false);
    case "Home": return tiles[0];
    case "End": return tiles.at(-1);
    default: return undefined;
  }
}

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const from = event.target.closest?.(TILE);
  const wall = from?.closest(WALL);
  if (!wall) return;
  const to = neighbour([...wall.querySelectorAll(TILE)], from, event.key);
  if (!to) return;
  event.preventDefault();
  to.focus();
});
