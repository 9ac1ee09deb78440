/** The frame of the app: where one can go, which company this is, and the page itself. On phones the places are at the bottom. */
import type { ReactNode } from "react";
import { useMe } from "../hooks/useMe";
import { hrefOf, useRoute } from "../lib/route";
import type { PageName } from "../lib/route";
import { ContactsPage } from "../pages/ContactsPage";
import { KeysPage } from "../pages/KeysPage";
import { PipelinePage } from "../pages/PipelinePage";
import { TasksPage } from "../pages/TasksPage";
import { TeamPage } from "../pages/TeamPage";
import type { Permission } from "../../../../convex/model/permissions";
import { AccountMenu } from "./AccountMenu";
import { ConnectionBadge } from "./ConnectionBadge";
import { Empty } from "./Empty";
import { ErrorBoundary } from "./ErrorBoundary";
import { BoardIcon, FerryMark, KeyIcon, PersonIcon, TaskIcon, TeamIcon } from "./Icons";

interface Place {
  readonly page: PageName;
  readonly label: string;
  readonly icon: ReactNode;
  readonly needs: Permission;
}

const PLACES: readonly Place[] = [
  { page: "pipeline", label: "Pipeline", icon: <BoardIcon />, needs: "deals:read" },
  { page: "contacts", label: "Contacts", icon: <PersonIcon />, needs: "contacts:read" },
  { page: "tasks", label: "Tasks", icon: <TaskIcon />, needs: "tasks:read" },
  { page: "team", label: "Team", icon: <TeamIcon />, needs: "members:read" },
  { page: "keys", label: "API keys", icon: <KeyIcon />, needs: "keys:read" },
];

export function Shell() {
  const { membership, may } = useMe();
  const { page, id } = useRoute();
  const places = PLACES.filter(({ needs }) => may(needs));
  const isAllowed = places.some((place) => place.page === page);
  return (
    <div className="shell">
      <header className="side">
        <a className="brand" href={hrefOf("pipeline")}>
          <FerryMark />
          <span>Ferry</span>
        </a>
        <nav className="places" aria-label="Places">
          {places.map(({ page: target, label, icon }) => (
            <a key={target} className="place" href={hrefOf(target)} aria-current={target === page ? "page" : undefined} data-testid={`place-${target}`}>
              {icon}
              <span>{label}</span>
            </a>
          ))}
        </nav>
        <div className="side-foot">
          <ConnectionBadge />
          <AccountMenu />
        </div>
      </header>
      <main className="page" data-page={page}>
        <ErrorBoundary resetKey={`${page} ${id ?? ""} ${membership.role} ${membership.teamId ?? ""} ${membership.company._id}`}>
          {isAllowed ? <Page page={page} id={id} /> : <NotAllowed />}
        </ErrorBoundary>
      </main>
    </div>
  );
}

function Page({ page, id }: { page: PageName; id: string | null }) {
  switch (page) {
    case "pipeline":
      return <PipelinePage />;
    case "contacts":
      return <ContactsPage contactId={id} />;
    case "tasks":
      return <TasksPage />;
    case "team":
      return <TeamPage />;
    case "keys":
      return <KeysPage />;
  }
}

function NotAllowed() {
  return (
    <Empty icon={<KeyIcon />} title="Not for your role">
      <p data-testid="not-allowed">Your role does not include this page, or not any more. An owner of the company can change that.</p>
    </Empty>
  );
}
