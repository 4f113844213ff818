import type { Call } from './cpu-profile.ts';

const WIDTH = 1_600;
const ROW_HEIGHT = 17;
/** Narrower calls could neither be seen nor pointed at. */
const MIN_WIDTH = 0.5;
const CHARACTER_WIDTH = 6.6;

/** Ours, Node's own, packages, and what is no JavaScript. */
const COLOURS = [
  { title: /\.ts:/, colour: '#f2a65a' },
  { title: / node:/, colour: '#8fb8de' },
  { title: /:\d+$/, colour: '#b5d99c' },
  { title: /^/, colour: '#d0cdd7' },
] as const;

/** A call with its place in the picture. */
interface Box {
  readonly call: Call;
  readonly left: number;
  readonly width: number;
  readonly depth: number;
}

/** The calls as an SVG: the first at the top, each as wide as its time, its title under the pointer. */
export function flameGraph(root: Call): string {
  const boxes = boxesOf({ call: root, left: 0, width: WIDTH, depth: 0 });
  const height = (Math.max(...boxes.map(({ depth }) => depth)) + 1) * ROW_HEIGHT;
  const size = `width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}"`;
  const font = 'font-family="monospace" font-size="11"';
  const drawn = boxes.map((box) => drawingOf(box, root)).join('');
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} ${font}>\n${drawn}</svg>\n`;
}

function boxesOf(box: Box): readonly Box[] {
  const { call, left, width, depth } = box;
  const boxes = [box];
  let calleeLeft = left;
  for (const callee of call.callees.toSorted((one, other) => other.total - one.total)) {
    const calleeWidth = (callee.total / call.total) * width;
    if (calleeWidth < MIN_WIDTH) break;
    boxes.push(
      ...boxesOf({ call: callee, left: calleeLeft, width: calleeWidth, depth: depth + 1 }),
    );
    calleeLeft += calleeWidth;
  }
  return boxes;
}

function drawingOf({ call, left, width, depth }: Box, root: Call): string {
  const top = depth * ROW_HEIGHT;
  const colour = COLOURS.find(({ title }) => title.test(call.title))?.colour;
  const share = ((call.total / root.total) * 100).toFixed(1);
  const text = call.title.slice(0, Math.floor(width / CHARACTER_WIDTH));
  const box = `x="${left.toFixed(1)}" y="${top}" width="${width.toFixed(1)}" height="${ROW_HEIGHT - 1}"`;
  const tooltip = `<title>${escaped(call.title)}: ${share} %</title>`;
  const rectangle = `<rect ${box} fill="${colour}"/>`;
  const label = `<text x="${(left + 2).toFixed(1)}" y="${top + 12}">${escaped(text)}</text>`;
  return `<g>${tooltip}${rectangle}${text.length > 2 ? label : ''}</g>\n`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
