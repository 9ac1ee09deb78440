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

export const NextIcon = () => (
  <Icon>
    <path d="M5 12h14m-6.5-6.5L19 12l-6.5 6.5" />
  </Icon>
);

export const FlagIcon = () => (
  <Icon>
    <path d="M6 21V4m0 1h11l-2.5 4L17 13H6" />
  </Icon>
);

export const ClockIcon = () => (
  <Icon>
    <circle cx="12" cy="12.5" r="8" />
    <path d="M12 8v4.5l3 2" />
  </Icon>
);

export const FileIcon = () => (
  <Icon>
    <path d="M7 3h7l4 4v14H7zM14 3v4h4M10 12h5M10 16h5" />
  </Icon>
);

export const UploadIcon = () => (
  <Icon>
    <path d="M12 16V4.5m-4.5 4.5L12 4.5 16.5 9M4.5 16v3.5h15V16" />
  </Icon>
);

export const CheckIcon = () => (
  <Icon>
    <path d="m5 12.5 4.5 4.5L19 7.5" />
  </Icon>
);

export const Mark = () => (
  <svg className="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
    <rect width="32" height="32" rx="8" fill="#0d6668" />
    <path d="M4 23 12 9l5 8 3-4 8 10" fill="none" stroke="#d9f0ea" strokeWidth="2.4" strokeLinecap="round" strokeLinejoin="round" />
    <path d="M6 27c2.5-2 4.5-2 7 0s4.5 2 7 0 4-2 6 0" fill="none" stroke="#f2b84b" strokeWidth="2.2" strokeLinecap="round" />
  </svg>
);
