using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

public sealed partial class SchemaDefinition
{
    public sealed class Column
    {
        private readonly Dictionary<string, (DataViewType Type, Delegate Getter)> _annotations = [];

        internal Column(string memberName, DataViewType columnType, string columnName)
        {
            MemberName = memberName;
            ColumnType = columnType;
            ColumnName = columnName;
        }

        public string MemberName { get; }

        public string ColumnName { get; set; }

        public DataViewType ColumnType { get; set; }

        public DataViewSchema.Annotations Annotations
        {
            get
            {
                var builder = new DataViewSchema.Annotations.Builder();
                foreach (var (kind, annotation) in _annotations)
                    builder.Add(kind, annotation.Type, annotation.Getter);
                return builder.ToAnnotations();
            }
        }

        public void AddAnnotation<T>(string kind, T value, DataViewType annotationType)
        {
            Contracts.CheckValue(kind, nameof(kind));
            Contracts.CheckValue(annotationType, nameof(annotationType));
            Contracts.Check(!_annotations.ContainsKey(kind), "Column already contains an annotation of this kind.");
            _annotations[kind] = (annotationType, AnnotationValue.Getter(value, annotationType));
        }

        internal void CopyAnnotations(DataViewSchema.Annotations source)
        {
            foreach (DataViewSchema.Column annotation in source.Schema)
                _annotations[annotation.Name] = (annotation.Type, (Delegate)GenericCall.Invoke(source.GetGetter<int>, annotation.Type.RawType, annotation));
        }
    }
}
