/** The line icons of the app, drawn on a 24-unit grid in the colour of the text around them. */
import type { ReactNode } from "react";

function Icon({ children }: { children: ReactNode }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

export const CloseIcon = () => (
  <Icon>
    <path d="m6 6 12 12M18 6 6 18" />
  </Icon>
);

export const SendIcon = () => (
  <Icon>
    <path d="M12 19V5M5.5 11.5 12 5l6.5 6.5" />
  </Icon>
);

export const AlertIcon = () => (
  <Icon>
    <circle cx="12" cy="12" r="8.5" />
    <path d="M12 7.8v5M12 16v.2" />
  </Icon>
);

export const FlagIcon = () => (
  <Icon>
    <path d="M6 20V4.5M6 5h11l-2.4 3.8L17 12.6H6" />
  </Icon>
);

export const ChatIcon = () => (
  <Icon>
    <path d="M5 5.5h14v10H11L7 19v-3.5H5Z" />
  </Icon>
);

export const PeopleIcon = () => (
  <Icon>
    <circle cx="9" cy="8.5" r="3.2" />
    <path d="M3.5 19c.5-3.4 2.6-5 5.5-5s5 1.6 5.5 5M15.5 5.7a3.1 3.1 0 0 1 0 5.7M17.3 14.5c1.9.7 3 2.2 3.3 4.5" />
  </Icon>
);

export const PaperIcon = () => (
  <Icon>
    <path d="M7 4h7l4 4v12H7ZM14 4v4h4M10 12.5h5M10 16h5" />
  </Icon>
);

export const RankIcon = () => (
  <Icon>
    <path d="M5 20v-6h4v6M10 20V6h4v14M15 20v-9h4v9" />
  </Icon>
);

export const LeaveIcon = () => (
  <Icon>
    <path d="M14 5H6v14h8M11 12h9M16.5 8.5 20 12l-3.5 3.5" />
  </Icon>
);

export const HallMark = () => (
  <svg className="hall-mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
    <rect width="32" height="32" rx="9" />
    <path d="m8.5 17 4.6 4.6L23.5 11" />
    <path d="M8.5 25.5h15" opacity=".55" />
  </svg>
);
