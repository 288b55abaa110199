// The ratios as a plot: a column for each workload, up where FlowDB is faster and down where it is
// slower, and a point where its bar is. What is plotted is the logarithm: twice as fast and half as
// fast look alike.
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

export interface Column {
  readonly name: string;
  readonly ratio: number;
  readonly bar: number | undefined;
}

const columnWidth = 34;
const height = 380;

/** Puts a plot in the place of what the element shows. */
export function showPlot(element: HTMLElement, columns: readonly Column[]): void {
  const style = getComputedStyle(element);
  const [text, accent, line, wrong] = ['--text', '--accent', '--line', '--wrong'].map((name) =>
    style.getPropertyValue(name).trim(),
  ) as [string, string, string, string];
  const grid = { stroke: line, width: 1 };
  const axis = { stroke: text, grid, ticks: grid };
  const places = columns.map((_, place) => place);
  const heights = columns.map(({ ratio }) => Math.log10(ratio));
  const bars = columns.map(({ bar }) => (bar === undefined ? null : Math.log10(bar)));
  const all = [...heights, ...bars.map((bar) => bar ?? 0)];
  const decades = [Math.floor(Math.min(-0.1, ...all)), Math.ceil(Math.max(...all) + 0.1)] as const;
  const columnsPath = uPlot.paths.bars?.({ size: [0.6, columnWidth] });
  element.replaceChildren();
  new uPlot(
    {
      width: 80 + columns.length * columnWidth,
      height,
      cursor: { show: false },
      legend: { live: false },
      scales: {
        x: { time: false, range: [-0.7, columns.length - 0.3] },
        y: { range: [...decades] },
      },
      axes: [
        {
          ...axis,
          rotate: -60,
          size: 110,
          splits: () => places,
          values: (_, shown) => shown.map((place) => columns[place]?.name ?? ''),
        },
        {
          ...axis,
          size: 60,
          splits: () => ticksOf(decades),
          values: (_, shown) => shown.map((height) => `${Number((10 ** height).toPrecision(1))}×`),
        },
      ],
      series: [
        {},
        {
          label: 'Browser ÷ FlowDB',
          fill: accent,
          stroke: accent,
          ...(columnsPath === undefined ? {} : { paths: columnsPath }),
          points: { show: false },
        },
        {
          label: 'bar',
          stroke: wrong,
          paths: () => null,
          points: { show: true, size: 8, fill: wrong },
        },
      ],
    },
    [places, heights, bars],
    element,
  );
}

/** The logarithms of 1, 2 and 5 in each decade. */
function ticksOf([first, last]: readonly [number, number]): number[] {
  const ticks: number[] = [];
  for (let decade = first; decade < last; decade++) {
    for (const part of [1, 2, 5]) ticks.push(decade + Math.log10(part));
  }
  return [...ticks, last];
}
