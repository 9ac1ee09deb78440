/** Short notices of what went wrong, above everything else; each leaves by itself or when dismissed. */
import { createContext, useCallback, useContext, useEffect, useState } from "react";
import type { ReactNode } from "react";
import { AlertIcon, CloseIcon } from "./Icons";

const SHOWN_MS = 7_000;
const TOASTS_MAX = 3;

interface Toast {
  id: number;
  text: string;
}

type Report = (text: string) => void;

const ToastContext = createContext<Report | null>(null);

/** @returns a function that shows a notice. */
export function useToasts(): Report {
  const report = useContext(ToastContext);
  if (report === null) throw new Error("useToasts found no ToastProvider above it. Wrap the app in one.");
  return report;
}

export function ToastProvider({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<Toast[]>([]);
  const report = useCallback<Report>((text) => {
    setToasts((shown) => [...shown.slice(1 - TOASTS_MAX), { id: (shown.at(-1)?.id ?? 0) + 1, text }]);
  }, []);
  const dismiss = useCallback((id: number) => {
    setToasts((shown) => shown.filter((toast) => toast.id !== id));
  }, []);
  return (
    <ToastContext value={report}>
      {children}
      <div className="toasts">
        {toasts.map((toast) => (
          <ErrorToast key={toast.id} toast={toast} onDismiss={dismiss} />
        ))}
      </div>
    </ToastContext>
  );
}

function ErrorToast({ toast, onDismiss }: { toast: Toast; onDismiss: (id: number) => void }) {
  useEffect(() => {
    const timer = setTimeout(() => onDismiss(toast.id), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [toast.id, onDismiss]);
  return (
    <div className="toast" role="alert" data-testid="error-toast">
      <AlertIcon />
      <p>{toast.text}</p>
      <button className="icon-button" onClick={() => onDismiss(toast.id)} aria-label="Dismiss">
        <CloseIcon />
      </button>
    </div>
  );
}
