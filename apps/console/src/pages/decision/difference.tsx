import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { AccountExplanation } from '@ballast/contracts';
import { questions } from '../../api/client';
import { exact, minus } from '../../format/amount';
import { placeOf, placeText } from '../../format/place';
import { clock } from '../../format/time';
import { DataTable, type Column } from '../../parts/data-table';
import { EventLink } from '../../parts/links';
import { Empty, Panel, Pending } from '../../parts/page';
import partStyles from '../../parts/parts.module.css';
import { decisionRoute } from '../../router';
import { differingLines, type DifferingLine } from './differing-lines';

/** Field by field, what is not the same in another decision. */
export function Difference({ explanation, name }: { readonly explanation: AccountExplanation; readonly name: string }) {
  const { with: other } = decisionRoute.useSearch();
  const navigate = useNavigate();
  const place = other === undefined ? undefined : placeOf(other);
  const { data, error } = useQuery({
    ...questions.decision(place?.log ?? '', place?.partition ?? 0, place?.position ?? 0),
    enabled: place !== undefined,
    placeholderData: undefined,
  });
  const choices = explanation.timeline.filter((each) => each.log === 'margin' && placeText(each) !== name);
  const choose = (value: string): void => {
    void navigate({
      to: '.',
      replace: true,
      resetScroll: false,
      search: ((before: Record<string, unknown>) => {
        const { with: _, ...rest } = before;
        return value === '' ? rest : { ...rest, with: value };
      }) as never,
    });
  };
  const columns: readonly Column<DifferingLine>[] = [
    { name: 'Figure', text: ({ label }) => label },
    {
      name: other ?? 'Other',
      isNumber: true,
      text: ({ there }) => there ?? '',
      show: ({ there }) => (there === null ? '–' : exact(there)),
    },
    {
      name: `Here, ${name}`,
      isNumber: true,
      text: ({ here }) => here ?? '',
      show: ({ here }) => (here === null ? '–' : exact(here)),
    },
    {
      name: 'Change',
      isNumber: true,
      text: ({ here, there }) => (here === null || there === null ? '' : minus(here, there)),
      show: ({ here, there }) => (here === null || there === null ? '–' : exact(minus(here, there))),
    },
    { name: 'Unit', text: ({ unit }) => unit },
  ];
  return (
    <Panel
      title="Difference with another decision"
      tools={
        <label>
          <span className="hidden">Another decision</span>
          <select className={partStyles.field} value={other ?? ''} onChange={({ target }) => choose(target.value)}>
            <option value="">choose one</option>
            {[...choices].reverse().map((each) => (
              <option key={placeText(each)} value={placeText(each)}>
                {clock(each.at)} {each.type} {placeText(each)}
              </option>
            ))}
          </select>
        </label>
      }
    >
      {place === undefined ? (
        <Empty>Choose an earlier decision about the account to see every figure that is not the same.</Empty>
      ) : data === undefined ? (
        <Pending error={error} what={`the decision ${other ?? ''}`} />
      ) : (
        <>
          <p>
            From <EventLink place={other ?? ''} /> to here:
          </p>
          <DataTable
            caption="Figures that differ"
            rows={differingLines(explanation, data)}
            columns={columns}
            empty="Every figure is the same."
          />
        </>
      )}
    </Panel>
  );
}
