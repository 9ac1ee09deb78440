/** The line icons of the app, drawn on a 24-unit grid in the colour of the text around them. */
import type { ReactNode } from "react";

function Icon({ children }: { children: ReactNode }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

export const AlertIcon = () => (
  <Icon>
    <circle cx="12" cy="12" r="8.5" />
    <path d="M12 7.8v5M12 16v.2" />
  </Icon>
);

export const CloseIcon = () => (
  <Icon>
    <path d="m6 6 12 12M18 6 6 18" />
  </Icon>
);

export const BackIcon = () => (
  <Icon>
    <path d="M19 12H5m6.5-6.5L5 12l6.5 6.5" />
  </Icon>
);

export const EyeIcon = () => (
  <Icon>
    <path d="M2.8 12C5 8 8.2 6 12 6s7 2 9.2 6c-2.2 4-5.4 6-9.2 6s-7-2-9.2-6Z" />
    <circle cx="12" cy="12" r="2.6" />
  </Icon>
);

export const GaugeIcon = () => (
  <Icon>
    <path d="M4 17a8.5 8.5 0 1 1 16 0M12 15l4-5.5" />
  </Icon>
);

export const VoteIcon = () => (
  <Icon>
    <path d="M12 19V6M6.5 11.5 12 6l5.5 5.5" />
  </Icon>
);

export const Mark = () => (
  <svg className="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
    <rect x="2" y="4" width="28" height="21" rx="3" />
    <path d="M11 29h10" />
    <rect className="mark-note" x="7" y="9" width="7" height="7" rx="1" />
    <path className="mark-line" d="M18 20c2-6 4-8 7-9" />
  </svg>
);
