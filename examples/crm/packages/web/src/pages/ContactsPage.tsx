/** Contacts: all of them or those that a search finds, and the one that is chosen. On phones one after the other. */
import { usePaginatedQuery, useQuery } from "convex/react";
import { useDeferredValue, useState } from "react";
import { api } from "../../../../convex/_generated/api";
import type { Doc } from "../../../../convex/_generated/dataModel";
import { Avatar } from "../components/Avatar";
import { ContactDialog } from "../components/ContactDialog";
import { ContactPane } from "../components/ContactPane";
import { Empty, Skeleton } from "../components/Empty";
import { ErrorBoundary } from "../components/ErrorBoundary";
import { CloseIcon, PersonIcon, PlusIcon, SearchIcon } from "../components/Icons";
import { useMe } from "../hooks/useMe";
import { STATUS_NAMES } from "../lib/names";
import { go, hrefOf } from "../lib/route";

const PAGE_SIZE = 30;

export function ContactsPage({ contactId }: { contactId: string | null }) {
  const { may } = useMe();
  const [text, setText] = useState("");
  const [isAdding, setAdding] = useState(false);
  const searched = useDeferredValue(text.trim());
  return (
    <div className="split" data-detail={contactId !== null}>
      <section className="split-list" aria-label="Contacts">
        <div className="page-head">
          <h1>Contacts</h1>
          {may("contacts:write") && (
            <button className="button" onClick={() => setAdding(true)} data-testid="add-contact">
              <PlusIcon /> <span>Contact</span>
            </button>
          )}
        </div>
        <label className="search">
          <SearchIcon />
          <input type="search" value={text} placeholder="Search by name" aria-label="Search by name" onChange={(event) => setText(event.target.value)} data-testid="search" />
          {text !== "" && (
            <button className="icon-button" onClick={() => setText("")} aria-label="Clear the search">
              <CloseIcon />
            </button>
          )}
        </label>
        {searched === "" ? <AllContacts chosenId={contactId} /> : <FoundContacts text={searched} chosenId={contactId} />}
      </section>
      <section className="split-detail" aria-label="Contact">
        {contactId === null ? (
          <Empty icon={<PersonIcon />} title="No contact chosen">
            <p>Choose one to see its deals, tasks and notes.</p>
          </Empty>
        ) : (
          <ErrorBoundary resetKey={contactId}>
            <ContactPane key={contactId} contactId={contactId} />
          </ErrorBoundary>
        )}
      </section>
      {isAdding && (
        <ContactDialog
          contact={null}
          onClose={(id) => {
            setAdding(false);
            if (id !== null) go("contacts", id);
          }}
        />
      )}
    </div>
  );
}

function AllContacts({ chosenId }: { chosenId: string | null }) {
  const { results, status, loadMore } = usePaginatedQuery(api.contacts.list, {}, { initialNumItems: PAGE_SIZE });
  if (status === "LoadingFirstPage") return <Skeleton lines={8} label="Loading contacts" />;
  if (results.length === 0) {
    return (
      <Empty icon={<PersonIcon />} title="No contacts yet">
        <p>Add the first, or let a web form send them in.</p>
      </Empty>
    );
  }
  return (
    <Rows contacts={results} chosenId={chosenId}>
      {status !== "Exhausted" && (
        <button className="button" data-kind="quiet" disabled={status === "LoadingMore"} onClick={() => loadMore(PAGE_SIZE)} data-testid="load-more">
          Show more
        </button>
      )}
    </Rows>
  );
}

function FoundContacts({ text, chosenId }: { text: string; chosenId: string | null }) {
  const found = useQuery(api.contacts.search, { text });
  if (found === undefined) return <Skeleton lines={3} label="Searching" />;
  if (found.length > 0) return <Rows contacts={found} chosenId={chosenId} />;
  return (
    <Empty icon={<SearchIcon />} title="Nobody of that name">
      <p>Search by the beginnings of names. New contacts appear here by themselves.</p>
    </Empty>
  );
}

function Rows({ contacts, chosenId, children }: { contacts: readonly Doc<"contacts">[]; chosenId: string | null; children?: React.ReactNode }) {
  return (
    <div className="rows" data-testid="contact-list">
      {contacts.map(({ _id, fullName, organisation, status }) => (
        <a key={_id} className="row" href={hrefOf("contacts", _id)} aria-current={_id === chosenId ? "true" : undefined} data-testid="contact-row">
          <Avatar name={fullName} />
          <span className="row-text">
            <b>{fullName}</b>
            <span>{organisation ?? "No organisation"}</span>
          </span>
          <span className="status" data-status={status}>
            {STATUS_NAMES[status]}
          </span>
        </a>
      ))}
      {children}
    </div>
  );
}
