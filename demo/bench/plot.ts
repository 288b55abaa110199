// The ratios as a plot: a column for each workload on a logarithmic scale, so that twice as fast
// and half as fast look alike, and a point where its bar is.
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
  const ratios = columns.map(({ ratio }) => ratio);
  // A column begins at the scale's least value, which has to be below all of them.
  const least = 10 ** Math.floor(Math.log10(Math.min(0.9, ...ratios)));
  const most = Math.max(...ratios, ...columns.map(({ bar }) => bar ?? 1)) * 1.5;
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
        y: { distr: 3, range: [least, most] },
      },
      axes: [
        {
          ...axis,
          rotate: -60,
          size: 110,
          splits: () => places,
          values: (_, shown) => shown.map((place) => columns[place]?.name ?? ''),
        },
        { ...axis, values: (_, shown) => shown.map((ratio) => (ratio === null ? '' : `${ratio}×`)) },
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
    [places, ratios, columns.map(({ bar }) => bar ?? null)],
    element,
  );
}
