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

export const SearchIcon = () => (
  <Icon>
    <circle cx="10.5" cy="10.5" r="6" />
    <path d="m15 15 5 5" />
  </Icon>
);

export const CheckIcon = () => (
  <Icon>
    <path d="m5 12.5 4.5 4.5L19 7.5" />
  </Icon>
);

export const BackIcon = () => (
  <Icon>
    <path d="M19 12H5m6.5-6.5L5 12l6.5 6.5" />
  </Icon>
);

export const NextIcon = () => (
  <Icon>
    <path d="M5 12h14m-6.5-6.5L19 12l-6.5 6.5" />
  </Icon>
);

export const PlusIcon = () => (
  <Icon>
    <path d="M12 5v14M5 12h14" />
  </Icon>
);

export const FileIcon = () => (
  <Icon>
    <path d="M7 3h7l4 4v14H7zM14 3v4h4M10 12h5M10 16h5" />
  </Icon>
);

export const Mark = () => (
  <svg className="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
    <rect width="32" height="32" rx="7" fill="#43307a" />
    <path d="M6 10.5c4-1.6 7.4-1.2 10 1.2 2.6-2.4 6-2.8 10-1.2v11c-4-1.6-7.4-1.2-10 1.2-2.6-2.4-6-2.8-10-1.2z" fill="#fbf7ee" />
    <path d="M16 11.7v11" stroke="#43307a" strokeWidth="1.6" />
    <path d="M20.5 6v7.2l2-1.7 2 1.7V6z" fill="#eeb02f" />
  </svg>
);
