// Closes the gaps under short notes, where CSS alone cannot yet (display: grid-lanes). Hook: <ul data-pack>, a grid.
// Each note goes under the shortest column, so the wall still reads from left to right. Without this module they hang in even rows.

const STEP = 4; // pixels a grid row is high while packed: same as grid-auto-rows of .wall.is-packed

function pack(wall) {
  wall.classList.add("is-packed");
  // Where notes stood before makes columns of its own, which would count when the wall gets narrower.
  for (const item of wall.children) item.style.gridArea = "";
  const style = getComputedStyle(wall);
  const columns = style.gridTemplateColumns.split(" ").length;
  const gap = parseFloat(style.getPropertyValue("column-gap"));
  const heights = Array.from(wall.children, (item) => item.firstElementChild.offsetHeight);

  const ends = new Array(columns).fill(1);
  [...wall.children].forEach((item, index) => {
    const column = ends.indexOf(Math.min(...ends));
    const rows = Math.ceil((heights[index] + gap) / STEP);
    item.style.gridArea = `${ends[column]} / ${column + 1} / span ${rows}`;
    ends[column] += rows;
  });
}

if (!CSS.supports("display", "grid-lanes")) {
  for (const wall of document.querySelectorAll("[data-pack]")) {
    let width = 0;
    new ResizeObserver(() => {
      if (wall.clientWidth === width) return;
      width = wall.clientWidth;
      pack(wall);
    }).observe(wall);
    new MutationObserver(() => pack(wall)).observe(wall, { childList: true });
  }
}
