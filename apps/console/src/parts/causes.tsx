import type { EventView } from '@ballast/contracts';
import { sentence } from '../format/amount';
import { clock } from '../format/time';
import { Twin } from './twin';
import type { Column } from './data-table';
import { EventLink } from './links';
import { placed } from './placed';
import styles from './causes.module.css';

type Node = EventView['causes'][number];

const HEIGHT = 30;
const INDENT = 18;
const MOST_INDENT = 14;

/** What led to an event and what followed from it, as a tree of links. */
export function Causes({ view }: { readonly view: EventView }) {
  const tree = placed(view.causes);
  const x = (depth: number): number => 10 + Math.min(depth, MOST_INDENT) * INDENT;
  const columns: readonly Column<Node>[] = [
    { name: 'Direction', text: ({ direction }) => DIRECTIONS[direction] },
    {
      name: 'Event',
      text: ({ place }) => place,
      show: ({ place, kind }) => (kind === 'event' ? <EventLink place={place} /> : place),
    },
    { name: 'Type', text: ({ type }) => type },
    { name: 'Clearing time', text: ({ at }) => (at === null ? '' : new Date(at).toISOString()) },
    { name: 'Hop', isNumber: true, text: ({ hop }) => (hop === null ? '' : String(hop)) },
    {
      name: 'Followed from',
      text: ({ cause, readBy }) => (readBy === null ? (cause ?? 'outside') : `read by ${readBy}`),
    },
    { name: 'What', isSentence: true, text: ({ summary }) => summary, show: ({ summary }) => sentence(summary) },
  ];
  const quotes = view.causes.filter(({ readBy }) => readBy !== null).length;
  return (
    <Twin
      title="Causes"
      sub={`${view.causes.length - quotes} steps from the outside to the last consequence${quotes > 0 ? `, ${quotes} quotes read` : ''}${view.more ? '; more followed than is listed' : ''}`}
      name={`causes-${view.place.replace(/\W/g, '-')}`}
      rows={view.causes}
      columns={columns}
    >
      <div className={styles.scroll} tabIndex={0} role="region" aria-label="Cause graph">
        <ol className={styles.tree}>
          {tree.map(({ node, depth }, row) => (
            <li
              key={`${node.place} ${row}`}
              className={styles.node}
              data-direction={node.direction}
              style={{ height: HEIGHT, paddingLeft: x(depth) + 12 }}
            >
              <span className={styles.type}>{node.type}</span>{' '}
              {node.kind === 'event' ? <EventLink place={node.place} /> : <code>{node.place}</code>}{' '}
              <span className={styles.what}>
                {node.at === null ? '' : `${clock(node.at)} `}
                {node.readBy === null ? '' : `read by ${node.readBy}: `}
                {sentence(node.summary)}
              </span>
            </li>
          ))}
        </ol>
        <svg className={styles.lines} width={x(MOST_INDENT) + 12} height={tree.length * HEIGHT} aria-hidden="true">
          {tree.map(({ depth, parent, node }, row) => {
            const y = row * HEIGHT + HEIGHT / 2;
            const from = tree[parent];
            return (
              <g key={`${node.place} ${row}`}>
                {from !== undefined && (
                  <path
                    d={
                      node.readBy === null
                        ? `M${x(from.depth)} ${parent * HEIGHT + HEIGHT / 2 + 4} V${y} H${x(depth) - 4}`
                        : `M${x(depth)} ${y + 4} V${parent * HEIGHT + HEIGHT / 2 - 4}`
                    }
                    className={styles.line}
                  />
                )}
                <circle cx={x(depth)} cy={y} r={4} className={styles.dot} data-direction={node.direction} />
              </g>
            );
          })}
        </svg>
      </div>
    </Twin>
  );
}

const DIRECTIONS = { up: 'led to it', asked: 'the event', down: 'followed' } as const;
