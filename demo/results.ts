// The result table: the newest job of each implementation, side by side.
import { duration, element, row } from './elements';
import type { ImplementationName } from './implementations';
import type { JobReport, Step } from './job';

const newest = new Map<ImplementationName, JobReport>();

/** Puts a job's times into the table. */
export function showReport(report: JobReport): void {
  newest.set(report.implementation, report);
  const flowdb = newest.get('flowdb')?.steps ?? [];
  const native = newest.get('native')?.steps ?? [];
  const body = element('results', HTMLTableSectionElement);
  body.replaceChildren(
    ...report.steps.map(({ title }, i) => {
      const line = row([title, shown(flowdb[i]), shown(native[i]), ratio(flowdb[i], native[i])]);
      const wrong = [flowdb[i], native[i]].some((step) => step?.correct === false);
      line.classList.toggle('wrong', wrong);
      return line;
    }),
  );
  element('results-panel', HTMLElement).hidden = false;
}

function shown(step: Step | undefined): string {
  if (step === undefined) return '–';
  return step.correct ? duration(step.ms) : `wrong result (${duration(step.ms)})`;
}

function ratio(flowdb: Step | undefined, native: Step | undefined): string {
  if (flowdb === undefined || native === undefined) return '–';
  return `${(native.ms / flowdb.ms).toFixed(1)} ×`;
}
