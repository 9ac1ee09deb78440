/** The shape of a conversation, shown while its first page is on the way. */

const BUBBLES = [
  { width: 34, isOwn: true },
  { width: 58, isOwn: false },
  { width: 46, isOwn: false },
  { width: 62, isOwn: false },
  { width: 38, isOwn: true },
  { width: 54, isOwn: false },
  { width: 30, isOwn: true },
];

export function MessageListSkeleton() {
  return (
    <div className="messages" role="status" aria-label="Loading messages">
      {BUBBLES.map(({ width, isOwn }) => (
        <div key={width} className="message" data-own={isOwn} data-starts-group="true">
          {!isOwn && <span className="avatar avatar-skeleton" />}
          <span className="skeleton bubble-skeleton" style={{ width: `${width}%` }} />
        </div>
      ))}
    </div>
  );
}
